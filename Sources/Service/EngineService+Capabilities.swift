import Engine
import Hooks
import Kernels
import Messages
import ModelFile
import SwiftProtobuf
import Tokenizer
import Wire

extension EngineService {
    /// The model's part of the capabilities; the supervisor adds its own limits and methods.
    func capabilities(_ sink: any ReplySink) async throws -> Neurond_V1_End {
        try await sink.send(
            Neurond_V1_CapabilitiesReply.with {
                $0.build = build
                $0.protocolVersion = 1
                $0.models = [modelInfo]
                $0.sites = engine.model.shape.sites.map(siteInfo)
                $0.actions = HookVocabulary.actions
                $0.reductions = HookVocabulary.reductions
                $0.limits = limits
            })
        return Neurond_V1_End()
    }

    private var modelInfo: Neurond_V1_ModelInfo {
        let model = engine.model
        let manifest = model.arena.manifest
        let shape = model.configuration
        return .with {
            $0.name = modelName
            $0.digest = model.digest
            $0.architecture = shape.architecture
            $0.sourceFormat = manifest.sourceFormat
            $0.sourceType = manifest.sourceType
            $0.weightFormat = model.form.rawValue
            $0.tokenizerDigest = model.tokenizerDigest
            $0.chatTemplateDigest = model.tokenizer.chatTemplate?.digest ?? ""
            $0.chatFamily = model.tokenizer.chatTemplate?.family ?? ""
            $0.kernelPath = engine.kernelPath.rawValue
            $0.layers = UInt32(shape.layerCount)
            $0.width = UInt32(shape.width)
            $0.heads = UInt32(shape.headCount)
            $0.keyValueHeads = UInt32(shape.keyValueHeadCount)
            $0.headDimension = UInt32(shape.headDimension)
            $0.neurons = UInt32(shape.neuronCount)
            $0.vocabulary = UInt32(shape.vocabularyCount)
            $0.contextLength = UInt32(shape.contextLength)
            $0.parameters = UInt64(manifest.parameterCount)
            $0.residentBytes = UInt64(model.arena.memory.byteCount)
            $0.fileBytes = UInt64(manifest.fileByteCount)
            if let loss = manifest.conversionLoss {
                $0.conversionLoss = .with {
                    $0.mean = loss.mean
                    $0.worst = loss.worst
                    $0.worstMatrix = loss.worstMatrix
                }
            }
        }
    }

    private func siteInfo(_ kind: SiteKind) -> Neurond_V1_SiteInfo {
        .with {
            $0.name = kind.isLayered ? "\(kind.rawValue).L" : kind.rawValue
            $0.rowShape = kind.rowShape
            $0.unit = kind.unit.rawValue
            $0.aliases = HookVocabulary.aliases(of: kind)
        }
    }

    private var limits: [Neurond_V1_Limit] {
        func limit(_ name: String, _ value: Int, _ meaning: String) -> Neurond_V1_Limit {
            .with {
                $0.name = name
                $0.value = UInt64(value)
                $0.meaning = meaning
            }
        }
        return [
            limit("engine.rows_per_step", EngineLimits.rowsPerStep, "further rows wait a step"),
            limit(
                "engine.running_sequences", EngineLimits.runningSequences,
                "further sequences wait"),
            limit("engine.key_value_bytes", engine.keyValueCapacity, "OUT_OF_RANGE"),
            limit("engine.capture_bytes", EngineLimits.captureBytes, "OUT_OF_RANGE"),
            limit("engine.object_bytes", EngineLimits.objectBytes, "RESOURCE_EXHAUSTED"),
            limit(
                "engine.adapter_bytes", EngineLimits.adapterBytes,
                "OUT_OF_RANGE for one; further ones wait while these are in use"),
            limit("engine.adapter_rank", AdapterFile.largestRank, "larger ones are refused"),
            limit("engine.top_tokens", EngineLimits.topTokens, "OUT_OF_RANGE"),
            limit("engine.stop_strings", EngineLimits.stopStrings, "OUT_OF_RANGE"),
            limit("service.items_per_request", ServiceLimits.itemsPerRequest, "OUT_OF_RANGE"),
            limit(
                "service.generations_in_flight", ServiceLimits.generationsInFlight,
                "further items wait until one ends"),
            limit(
                "service.generations_unanswered", ServiceLimits.generationsUnanswered,
                "further items wait until the first of these is answered"),
            limit("service.chat_messages", ServiceLimits.chatMessages, "OUT_OF_RANGE"),
            limit("service.units_per_request", ServiceLimits.unitsPerRequest, "OUT_OF_RANGE"),
            limit("service.groups_per_request", ServiceLimits.groupsPerRequest, "OUT_OF_RANGE"),
            limit("service.group_label_bytes", ServiceLimits.groupLabelBytes, "OUT_OF_RANGE"),
            limit("engine.statistics_bytes", EngineLimits.statisticsBytes, "OUT_OF_RANGE"),
            limit("service.object_bytes", ServiceLimits.objectBytes, "OUT_OF_RANGE"),
        ]
    }
}

extension SiteKind {
    /// Shape of a row, in words.
    var rowShape: String {
        switch self {
        case .attnQ, .attnZ: "heads × head_dim"
        case .attnK, .attnV: "kv_heads × head_dim"
        case .attnPattern: "heads × positions"
        case .mlpGate, .mlpUp, .mlpAct: "neurons"
        case .logits: "vocabulary"
        default: "width"
        }
    }
}
