import Crypto
import Foundation
import StrictJSON

/// The name of one answer: a hash of everything that it depends on.
package struct ItemKey: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes of SHA-256.
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The key of a question to a model.
    ///
    /// It is SHA-256 over canonical JSON: the model's digest, weight format, tokenizer and build,
    /// the study, the step and its version, the item, the settings, and the hash of the plan.
    ///
    /// - Throws: ``StudyError`` for an item that has no JSON.
    init(_ question: some Encodable) throws(StudyError) {
        bytes = Array(SHA256.hash(data: try StoredJSON.encode(question)))
    }

    package var description: String { Hexadecimal.text(bytes) }
}

/// What an answer depends on.
struct Question<Item: Encodable, Settings: Encodable>: Encodable {
    /// Of the model: what changes its answers.
    struct Answerer: Encodable {
        let digest: String
        let weightFormat: String
        let tokenizerDigest: String
        let build: String

        init(_ identity: ModelIdentity) {
            digest = identity.digest
            weightFormat = identity.weightFormat
            tokenizerDigest = identity.tokenizerDigest
            build = identity.build
        }
    }

    let model: Answerer
    let study: String
    let step: String
    let version: Int
    let item: Item
    let settings: Settings
    /// Hash of the hook plan.
    let plan: String
}

/// The one spelling that a value has in a store: sorted keys, no spaces, shortest numbers.
enum StoredJSON {
    static func encode(_ value: some Encodable) throws(StudyError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try encoder.encode(value)
        } catch {
            throw StudyError("NOT_ENCODED", "a value of a study cannot be stored: \(error)")
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ data: Data
    ) throws(StudyError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: data)
        } catch {
            throw StudyError(
                "STORE_VALUE", "the store holds a value that is no \(type): \(error)")
        }
    }
}
