import Testing

@testable import ModelFile

/// Expects a refusal whose message has every one of the parts.
func expectRefusal(
    _ parts: String..., by body: () throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    do {
        try body()
        Issue.record("nothing was refused; expected \(parts)", sourceLocation: sourceLocation)
    } catch let error as ModelFileError {
        for part in parts {
            #expect(
                error.description.contains(part), "message: \(error)",
                sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
    }
}

/// A small deterministic generator (SplitMix64).
struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A float from -1 up to 1.
    mutating func float() -> Float {
        Float(next() >> 40) / Float(1 << 23) - 1
    }
}
