import FoundationEssentials
import Hooks
import Messages
import SwiftProtobuf

/// Refuses fields that this version does not know.
///
/// - Parameter place: the message's name in hooks.proto, for the error.
func checkKnown(_ message: some Message, _ place: String) throws(HookError) {
    guard let number = firstFieldNumber(message.unknownFields.data) else { return }
    throw .unknownName(
        .field, name: "\(place) field \(number)", suggestion: nil,
        accepted: "the fields of \(place) in hooks.proto of this version")
}

/// The number of the first field in unknown-field bytes, whose tags are varints of
/// number · 8 + wire type.
private func firstFieldNumber(_ bytes: Data) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var tag: UInt64 = 0
    for (index, byte) in bytes.prefix(10).enumerated() {
        tag |= UInt64(byte & 0x7F) << UInt64(7 * index)
        if byte & 0x80 == 0 { break }
    }
    return tag >> 3
}

/// Refuses a oneof member that is set to false: it would mean neither one thing nor the other.
func checkTrue(_ flag: Bool, _ name: String) throws(HookError) {
    guard !flag else { return }
    throw .badValue(what: name, value: "false", expected: "true, or another member of the oneof")
}

extension ContentHash {
    /// Reads the 32 bytes of a SHA-256.
    init(message bytes: Data, what: String) throws(HookError) {
        guard let hash = ContentHash(bytes: Array(bytes)) else {
            throw .badValue(
                what: what, value: "\(bytes.count) bytes", expected: "the 32 bytes of a SHA-256")
        }
        self = hash
    }
}

/// Reads token ids, which are `uint32` on the wire and `Int32` inside.
func tokenIDs(message ids: [UInt32]) throws(HookError) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(ids.count)
    for id in ids {
        guard let token = Int32(exactly: id) else {
            throw .outOfRange(
                what: "token id \(id)", limit: "no token id is larger than \(Int32.max)")
        }
        tokens.append(token)
    }
    return tokens
}

extension IndexSelector {
    /// Reads a selector; an absent message means all.
    init(message: Neurond_V1_Indices, place: String) throws(HookError) {
        try checkKnown(message, "Indices")
        switch (message.all, message.mask.isEmpty) {
        case (true, true): self = .all
        case (false, false): self = .ranges(try MaskEncoding.decode(Array(message.mask)))
        case (true, false):
            throw .badValue(what: place, value: "all and a mask", expected: "one of the two")
        case (false, true):
            throw .selectsNothing(
                what: "an Indices message without content as \(place)",
                remedy: "set all, or give a mask, or leave the message out to mean all")
        }
    }
}
