import Testing

@testable import Metrics

@Suite struct MetricsTests {
    @Test func aFamilyHasHelpTypeAndItsSeries() {
        var text = Exposition()
        text.counter(
            "requests_total", "Requests.\nBy outcome.",
            [.init(3, ("verb", "Forward"), ("outcome", "OK")), .init(1.5)])
        #expect(
            text.text == """
                # HELP neurond_requests_total Requests.\\nBy outcome.
                # TYPE neurond_requests_total counter
                neurond_requests_total{verb="Forward",outcome="OK"} 3
                neurond_requests_total 1.5

                """)
    }

    @Test func labelValuesAreEscaped() {
        var text = Exposition()
        text.gauge("x", "X.", [.init(1, ("build", "a\"b\\c\nd"))])
        #expect(text.text.hasSuffix("neurond_x{build=\"a\\\"b\\\\c\\nd\"} 1\n"))
    }

    @Test func bucketsAreCumulatedAndEndAtInfinity() {
        var histogram = Histogram(bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7, .infinity, .nan] { histogram.observe(value) }
        #expect(histogram.count == 4)
        #expect(histogram.counts == [2, 1, 1])
        var text = Exposition()
        text.histogram("wait_seconds", "Wait.", histogram)
        let lines = text.text.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(
            lines == [
                "neurond_wait_seconds_bucket{le=\"0.1\"} 2",
                "neurond_wait_seconds_bucket{le=\"1\"} 3",
                "neurond_wait_seconds_bucket{le=\"+Inf\"} 4", "neurond_wait_seconds_sum 7.65",
                "neurond_wait_seconds_count 4",
            ])
    }

    @Test func numbersAreShortAndInfinitiesAreSpelled() {
        #expect(Exposition.number(12) == "12")
        #expect(Exposition.number(0.25) == "0.25")
        #expect(Exposition.number(-.infinity) == "-Inf")
        #expect(Exposition.number(.nan) == "NaN")
    }
}
