import Build
import Testing

@Suite struct UsageTests {
    @Test(arguments: ["micro", "model", "compare", "tokenize", "make-model"])
    func everySubcommandExplainsItselfWithAnExample(name: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run([name, "--help"])
        #expect(outcome.status == 0)
        #expect(outcome.out.contains("Example: neurond-bench \(name)"))
        #expect(outcome.out.contains("--json"))
    }

    @Test func theVersionIsTheBuilds() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run(["--version"])
        #expect(outcome.status == 0 && outcome.out == Build.version + "\n")
    }

    @Test(arguments: [
        (["make-model", "--shape", "2b", "--type", "f16", "-o", "x"], "0.1b"),
        (["make-model", "--shape", "1b", "--type", "q9", "-o", "x"], "q8_0"),
        (["micro", "--threads", "0"], "--threads: it is 0; accepted: 1 to 1024"),
        (["micro", "--repetitions", "0"], "--repetitions: it is 0; accepted: 1 or more"),
        (["model", "--model", "x", "--prompts", "8,0"], "separated by commas"),
        (["model", "--model", "x", "--tokens", "1"], "--tokens: it is 1; accepted: 2 or more"),
        (["model", "--model", "x", "--weights", "q4"], "it is 'q4'; accepted: int8, f16, f32"),
    ])
    func wrongUsageSaysWhatIsAccepted(arguments: [String], message: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.out.isEmpty)
        #expect(outcome.error.contains(message), "\(outcome.error)")
    }

    @Test(arguments: [
        (["--prompts", "9000"], "9000 tokens; accepted: at most the model's context of 8192"),
        (["--tokens", "9000"], "accepted: at most the model's context of 8192"),
        (["--sequences", "100"], "100 sequences; accepted: at most 64"),
    ])
    func whatTheModelDoesNotHoldIsRefused(more: [String], message: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run(["model", "--model", try bench.makeModel()] + more)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains(message), "\(outcome.error)")
    }

    @Test func unknownKernelsAreNamed() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let outcome = try bench.run(["micro"], environment: ["NEUROND_KERNELS": "abacus"])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("kernel path 'abacus' is unknown; accepted here: portable"))
    }
}
