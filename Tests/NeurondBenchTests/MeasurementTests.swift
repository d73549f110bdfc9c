import Foundation
import Kernels
import StrictJSON
import Testing

/// Short runs of every measurement: that they run and say what they promise, not how fast.
@Suite struct MeasurementTests {
    @Test func microMeasuresEveryKernelPath() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let report = try bench.object(["micro", "--quick", "--threads", "2"])
        let paths = Set(KernelSet.available().map(\.rawValue))
        let peaks = try #require(report["peaks"]?.arrayValue)
        #expect(Set(peaks.compactMap { $0["path"]?.stringValue?.string }) == paths)
        #expect(peaks.count == 2 * paths.count, "with one thread and with two")
        for peak in peaks {
            for key in ["byte_gigaoperations", "float_gigaoperations", "read_gigabytes_per_second"]
            {
                #expect(peak[key]?.doubleValue ?? 0 > 0, "\(key)")
            }
        }
        let products = try #require(report["products"]?.arrayValue)
        // int8 and f16, one shape, two numbers of rows.
        #expect(products.count == 4 * paths.count)
        #expect(
            products.allSatisfy {
                keys($0) == [
                    "path", "form", "inputs", "outputs", "rows", "threads", "gigaoperations",
                    "over_peak", "over_portable", "weight_gigabytes_per_second", "over_bandwidth",
                ]
            })
    }

    @Test func microMeasuresTheForcedPathAlone() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let report = try bench.object(
            ["micro", "--quick", "--threads", "1"], environment: ["NEUROND_KERNELS": "portable"])
        let peaks = try #require(report["peaks"]?.arrayValue)
        #expect(peaks.compactMap { $0["path"]?.stringValue?.string } == ["portable"])
    }

    @Test func modelMeasuresPromptsDecodingAndLoading() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let report = try bench.object([
            "model", "--model", try bench.makeModel(), "--threads", "2", "--prompts", "8,40",
            "--sequences", "1,3", "--tokens", "70", "--repetitions", "2",
        ])
        let prompts = try #require(report["prompts"]?.arrayValue)
        let hooks = ["plain", "mean_abs", "scaled_5_percent"]
        #expect(prompts.compactMap { $0["hooks"]?.stringValue?.string } == hooks + hooks)
        #expect(prompts.compactMap { $0["tokens"]?.integerValue } == [8, 8, 8, 40, 40, 40])
        #expect(prompts.allSatisfy { $0["samples"]?.arrayValue?.count == 2 })
        #expect(prompts[0]["over_plain"]?.doubleValue == 1)
        let decoding = try #require(report["decoding"]?["rates"]?.arrayValue)
        #expect(decoding.compactMap { $0["sequences"]?.integerValue } == [1, 3])
        #expect(decoding.allSatisfy { $0["tokens_per_second"]?.doubleValue ?? 0 > 0 })
        #expect(report["load"]?["restart_seconds"]?.arrayValue?.count == 2)
        #expect(
            keys(report["load"]) == [
                "seconds", "open_seconds", "pack_seconds", "first_token_seconds",
                "restart_seconds", "resident_bytes", "resident_over_file",
            ])
        #expect(
            keys(report["model"]) == [
                "path", "type", "form", "parameters", "file_bytes", "arena_bytes", "step_bytes",
            ])
    }

    @Test func modelMeasuresKeptPrefixesWhereAsked() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let report = try bench.object([
            "model", "--model", try bench.makeModel(), "--threads", "2", "--prompts", "8",
            "--sequences", "1", "--tokens", "2", "--repetitions", "2", "--prefix", "20,70",
        ])
        let prefixes = try #require(report["prefixes"]?.arrayValue)
        #expect(prefixes.compactMap { $0["tokens"]?.integerValue } == [20, 70])
        #expect(prefixes.compactMap { $0["cached_tokens"]?.integerValue } == [0, 64])
        #expect(
            prefixes.allSatisfy {
                keys($0) == [
                    "tokens", "cached_tokens", "cold_seconds", "hit_seconds", "hit_over_cold",
                ]
            })
        #expect(prefixes.allSatisfy { $0["hit_seconds"]?.arrayValue?.count == 2 })
    }

    @Test func tablesAreMarkdown() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run([
            "model", "--model", try bench.makeModel(type: "f16"), "--threads", "1", "--prompts",
            "8", "--sequences", "1", "--tokens", "2", "--repetitions", "1",
        ])
        #expect(outcome.status == 0)
        let lines = outcome.out.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("**") }.count == 3, "prompts, decoding, loading")
        #expect(lines.contains { $0.contains("f16.gguf, f16, ") })
        let rows = lines.filter { $0.hasPrefix("|") }
        #expect(rows.count == 5 + 3 + 10)
        #expect(rows.allSatisfy { $0.hasSuffix("|") })
    }
}
