import Foundation
import Messages
import NeurondClient

// The shared keys of every command's JSON: tokens, text, usage, timing, receipts, provenance.

extension JSON {
    static func usage(_ usage: Neurond_V1_Usage) -> JSON {
        [
            "prompt_tokens": .integer(Int64(usage.promptTokens)),
            "generated_tokens": .integer(Int64(usage.generatedTokens)),
            "cached_tokens": .integer(Int64(usage.cachedTokens)),
        ]
    }

    static func timing(_ timing: Neurond_V1_Timing) -> JSON {
        [
            "queue_seconds": .number(timing.queueSeconds),
            "prefill_seconds": .number(timing.prefillSeconds),
            "decode_seconds": .number(timing.decodeSeconds),
        ]
    }

    static func provenance(_ provenance: Neurond_V1_Provenance) -> JSON {
        [
            "model_digest": .string(provenance.modelDigest),
            "weight_format": .string(provenance.weightFormat),
            "tokenizer_digest": .string(provenance.tokenizerDigest),
            "kernel_path": .string(provenance.kernelPath),
            "build": .string(provenance.build),
            "plan_hash": .string(provenance.planHash),
            "adapter": .string(provenance.adapter),
            // A 64-bit seed does not fit the numbers of every JSON reader.
            "seed": .string("\(provenance.seed)"),
        ]
    }

    /// The members that close every answer.
    static func trailers(_ trailers: Trailers) -> [(String, JSON)] {
        [
            ("usage", .usage(trailers.usage)), ("timing", .timing(trailers.timing)),
            ("provenance", .provenance(trailers.provenance)),
        ]
    }

    static func receipts(_ receipts: [Neurond_V1_Receipt]) -> JSON {
        .array(
            receipts.map { receipt in
                [
                    "action": .integer(Int64(receipt.action)), "site": .string(receipt.site),
                    "rows": .count(receipt.rows),
                    "elements": .count(receipt.elements),
                    "change_l2": .number(receipt.changeL2),
                ]
            })
    }

    static func scores(_ scores: [Neurond_V1_TokenScore]) -> JSON {
        .array(
            scores.map { score in
                [
                    "token": .integer(Int64(score.id)), "text": .string(piece(score.piece)),
                    "logit": .number(Double(score.logit)),
                    "log_probability": .number(score.logProbability),
                ]
            })
    }

    /// A tensor's labels, and its values unless they go to a file.
    static func tensor(_ tensor: Tensor, withValues: Bool) -> JSON {
        var members: [(String, JSON)] = [
            ("item", .integer(Int64(tensor.item))), ("name", .string(tensor.name)),
            ("site", .string(tensor.info.site)), ("shape", .integers(tensor.shape)),
            ("positions", .integers(tensor.info.positions)),
            ("tokens", .integers(tensor.info.tokens)),
        ]
        if withValues {
            let rows = (0..<tensor.rowCount).map { row in
                JSON.array(tensor[row: row].map { .number(Double($0)) })
            }
            members.append(("values", .array(rows)))
        }
        return .object(members)
    }

    static func model(_ model: Neurond_V1_ModelInfo) -> JSON {
        let loss = model.conversionLoss
        return [
            "name": .string(model.name), "digest": .string(model.digest),
            "architecture": .string(model.architecture),
            "source_format": .string(model.sourceFormat),
            "source_type": .string(model.sourceType),
            "weight_format": .string(model.weightFormat),
            "tokenizer_digest": .string(model.tokenizerDigest),
            "chat_template_digest": .string(model.chatTemplateDigest),
            "chat_family": .string(model.chatFamily),
            "kernel_path": .string(model.kernelPath),
            "layers": .integer(Int64(model.layers)), "width": .integer(Int64(model.width)),
            "heads": .integer(Int64(model.heads)),
            "key_value_heads": .integer(Int64(model.keyValueHeads)),
            "head_dimension": .integer(Int64(model.headDimension)),
            "neurons": .integer(Int64(model.neurons)),
            "vocabulary": .integer(Int64(model.vocabulary)),
            "context_length": .integer(Int64(model.contextLength)),
            "parameters": .count(model.parameters),
            "resident_bytes": .count(model.residentBytes),
            "file_bytes": .count(model.fileBytes),
            "conversion_loss": model.hasConversionLoss
                ? [
                    "mean": .number(loss.mean), "worst": .number(loss.worst),
                    "worst_matrix": .string(loss.worstMatrix),
                ] : .null,
        ]
    }
}

/// A token's bytes as text; a part of a character shows as the replacement character.
func piece(_ bytes: Data) -> String { String(decoding: bytes, as: UTF8.self) }
