import HookMessages
import Hooks
import Messages
import SwiftProtobuf

/// A shape with grouped heads, against which every accepted plan is resolved.
private let shape = ModelShape(
    layerCount: 4, width: 32, headCount: 8, keyValueHeadCount: 2, headDimension: 4,
    neuronCount: 96, vocabularyCount: 1_000)

/// A hook in one of its spellings; the first byte says which.
func fuzzHooks(_ bytes: [UInt8]) {
    var input = FuzzBytes(bytes)
    let spelling = input.byte() % 6
    let rest = input.takeAll()
    switch spelling {
    case 0: if let plan = try? HookPlan(text: text(rest)) { check(plan) }
    case 1: if let plan = try? HookPlan(json: text(rest)) { check(plan) }
    case 2:
        guard let message = try? Neurond_V1_HookPlan(serializedBytes: rest),
            let plan = try? HookPlan(message: message)
        else { return }
        check(plan)
    case 3: checkMask(rest)
    case 4: checkNeuronSet(rest)
    default: checkSite(text(rest))
    }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// All spellings of an accepted plan mean the same plan.
private func check(_ plan: HookPlan) {
    precondition((try? HookPlan(text: plan.text)) == plan, "the text reads back")
    precondition((try? HookPlan(json: plan.json)) == plan, "the JSON reads back")
    guard let message = try? Neurond_V1_HookPlan(plan),
        let bytes: [UInt8] = try? message.serializedBytes(),
        let copy = try? Neurond_V1_HookPlan(serializedBytes: bytes)
    else { preconditionFailure("an accepted plan has a message") }
    precondition((try? HookPlan(message: copy))?.planHash == plan.planHash, "so does the message")
    let extent = SequenceExtent(promptCount: 20, maxTokenCount: 5)
    guard let resolved = try? plan.resolved(against: shape, extent: extent) else { return }
    precondition(resolved.hash == plan.planHash)
    for action in resolved.actions {
        for entry in action.entries {
            let count = shape.unitCount(of: entry.site.kind)
            precondition(entry.units.ranges.allSatisfy { $0.upperBound <= count })
            precondition(!entry.site.kind.isLayered || entry.site.layer < shape.layerCount)
        }
        for position in 0..<25 {
            _ = action.positions.contains(position: position, token: 7, promptCount: 20)
        }
    }
}

/// What is decoded is encoded again, in no more bytes, and decodes to the same set.
private func checkMask(_ bytes: [UInt8]) {
    guard let set = try? MaskEncoding.decode(bytes) else { return }
    let encoded = MaskEncoding.encode(set)
    precondition((try? MaskEncoding.decode(encoded)) == set, "a mask reads back")
}

private func checkNeuronSet(_ bytes: [UInt8]) {
    guard let set = try? NeuronSet(bytes: bytes) else { return }
    precondition((try? NeuronSet(json: set.json)) == set, "a neuron set reads back")
    precondition(set.unitCount > 0)
}

private func checkSite(_ name: String) {
    guard let site = try? SiteName(name) else { return }
    precondition(
        (try? SiteName(site.kind.rawValue))?.kind == site.kind, "the canonical name reads back")
}
