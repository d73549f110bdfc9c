import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Inputs that once found a defect, and the seeds, run again without the fuzzer.
@Suite struct FuzzVectorTests {
    static func files(_ target: FuzzTarget) -> [URL] {
        let folder = TestData.packageRoot.appending(path: "Fuzz/vectors/\(target.rawValue)")
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.allCases)
    func whatOnceFoundADefectFindsNoneNow(_ target: FuzzTarget) throws {
        for file in Self.files(target) { target.run([UInt8](try Data(contentsOf: file))) }
    }

    @Test func everyVectorBelongsToATarget() throws {
        let folder = TestData.packageRoot.appending(path: "Fuzz/vectors").path
        let names = FuzzTarget.allCases.map(\.rawValue)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name != "README.md" {
            #expect(names.contains(name), "Fuzz/vectors/\(name) is no target's")
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func seedsRunAndFit(_ target: FuzzTarget) throws {
        let seeds = try target.seeds(root: TestData.packageRoot.path)
        #expect(seeds.count >= 2)
        #expect(Set(seeds.map(\.name)).count == seeds.count)
        for seed in seeds {
            #expect(seed.bytes.count <= target.inputByteCount, "\(seed.name)")
            target.run(seed.bytes)
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func damagedSeedsNeverTrap(_ target: FuzzTarget) throws {
        var state: UInt64 = 5
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for seed in try target.seeds(root: TestData.packageRoot.path) where !seed.bytes.isEmpty {
            for _ in 0..<8 {
                var bytes = seed.bytes
                for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
                target.run(Array(bytes.prefix(1 + next(2 * bytes.count))))
            }
        }
    }
}
