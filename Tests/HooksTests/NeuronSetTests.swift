import Testing

@testable import Hooks

@Suite struct NeuronSetTests {
    static let set = NeuronSet(
        modelDigest: "sha256:abc",
        neurons: [3: IndexRanges([1..<2, 5..<9]), 21: IndexRanges(indices: [7027])],
        heads: [17: IndexRanges(indices: [22])], origin: "mean_abs > 2, \"quoted\"")

    @Test func aSetReadsBackFromItsFile() throws {
        #expect(try NeuronSet(json: Self.set.json) == Self.set)
        #expect(try NeuronSet(bytes: Array(Self.set.json.utf8)) == Self.set)
        #expect(Self.set.unitCount == 7)
    }

    @Test func equalSetsHaveTheSameFileAndHash() throws {
        let other = try NeuronSet(
            json: """
                {"units": ["L17H22", "L21N7027", "L3N5-8", "L3N1"], "model": "sha256:abc",
                 "origin": "mean_abs > 2, \\"quoted\\"", "format": "neurond-neurons-1"}
                """)
        #expect(other == Self.set)
        #expect(other.contentHash == Self.set.contentHash)
        #expect(
            Self.set.json == #"{"format":"neurond-neurons-1","model":"sha256:abc","#
                + #""origin":"mean_abs > 2, \"quoted\"","units":["L3N1,5-8","L21N7027","L17H22"]}"#
                + "\n")
    }

    static let refusals: [(String, String)] = [
        (#"{"units": ["L3N1"]}"#, "cannot read 'a neuron set': expected a field 'format'"),
        (
            #"{"format": "neurond-neurons-2", "units": []}"#,
            "'format' cannot be 'neurond-neurons-2': expected neurond-neurons-1"
        ),
        (
            #"{"format": "neurond-neurons-1"}"#,
            "cannot read 'a neuron set': expected a field 'units'"
        ),
        (
            #"{"format": "neurond-neurons-1", "units": []}"#,
            "'units' selects nothing: a set holds at least one unit"
        ),
        (
            #"{"format": "neurond-neurons-1", "units": ["L3N*"]}"#,
            "a unit of a set cannot be 'L3N*': expected explicit layers and units: * depends on "
                + "the model"
        ),
        (
            #"{"format": "neurond-neurons-1", "units": ["resid_post.3"]}"#,
            "cannot read 'resid_post.3': expected a neuron L3N7 or a head L17H22, or ranges of "
                + "them"
        ),
        (
            #"{"format": "neurond-neurons-1", "units": ["L3N1"], "neurons": []}"#,
            "unknown field 'neurons'; accepted: format, model, origin, units in a neuron set"
        ),
        (
            #"{"format": "neurond-neurons-1", "units": ["L3N1"], "model": 3}"#,
            "'model' cannot be '3': expected a string, not an integer"
        ),
    ]

    @Test(arguments: refusals)
    func filesThatAreNotSetsAreRefused(json: String, message: String) throws {
        let error = try #require(throws: HookError.self) { try NeuronSet(json: json) }
        #expect(error.description == "neuron set: \(message)")
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        let error = try #require(throws: HookError.self) { try NeuronSet(bytes: [0xFF, 0xFE]) }
        #expect(error.description == "neuron set: the file does not decode: it is not UTF-8")
    }

    @Test func rangesOfLayersAreUnited() throws {
        let set = try NeuronSet(
            json: #"{"format": "neurond-neurons-1", "units": ["L0-1N3", "L1N4"]}"#)
        #expect(set.neurons == [0: IndexRanges([3..<4]), 1: IndexRanges([3..<5])])
    }
}
