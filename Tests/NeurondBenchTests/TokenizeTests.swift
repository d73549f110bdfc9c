import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite struct TokenizeTests {
    @Test func aTextIsMeasuredInOneCallAndInParts() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let model = TestData.packageRoot.appending(path: "Models/abacus").path
        let text = TestData.packageRoot.appending(path: "README.md").path
        let report = try bench.object([
            "tokenize", "--model", model, "--file", text, "--repetitions", "1",
        ])
        let row = try #require(report["rows"]?.arrayValue?.first)
        #expect((row["tokens"]?.integerValue ?? 0) > 100)
        #expect((row["whole_megabytes_per_second"]?.doubleValue ?? 0) > 0)
        #expect((row["parts_megabytes_per_second"]?.doubleValue ?? 0) > 0)
    }
}
