import Engine
import Foundation
import Hooks
import Messages
import ModelFile
import SwiftProtobuf
import Wire

extension EngineService {
    /// What neurons' value vectors promote and demote, one reply a neuron.
    func project(
        _ request: Neurond_V1_ProjectRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        try checkUnitCount(request.units.count)
        let algebra = WeightAlgebra(engine.model)
        let count = request.topK == 0 ? ServiceLimits.projectedTokens : Int(request.topK)
        guard count <= EngineLimits.topTokens else {
            throw RequestFailure(
                .outOfRange, "TOP_K_TOO_LARGE",
                "top_k is \(count); at most \(EngineLimits.topTokens)", field: "top_k",
                asked: count, limit: EngineLimits.topTokens)
        }
        guard let convention = request.convention.algebra else {
            throw Self.unknownEnum("convention", request.convention.rawValue, "RAW, NORMED")
        }
        try await project(request, algebra, convention, count, sink)
        return Neurond_V1_End()
    }

    /// A few units share each pass over the head; groups are answered as they are done.
    private func project(
        _ request: Neurond_V1_ProjectRequest, _ algebra: WeightAlgebra,
        _ convention: WeightAlgebra.Convention, _ count: Int, _ sink: any ReplySink
    ) async throws {
        for unit in request.units {
            try algebra.check(layer: Int(unit.layer), neuron: Int(unit.neuron))
        }
        let perGroup = ServiceLimits.projectedTogether
        for start in stride(from: 0, to: request.units.count, by: perGroup) {
            try Task.checkCancellation()
            let units = request.units[start..<min(request.units.count, start + perGroup)]
            let vectors = try units.map { unit in
                try algebra.vector(.value, layer: Int(unit.layer), neuron: Int(unit.neuron))
            }
            let results = await offPool {
                algebra.project(vectors, convention: convention, count: count)
            }
            for (index, unit) in units.enumerated() {
                try await sink.send(
                    Neurond_V1_ProjectReply.with {
                        $0.unit = unit
                        $0.promoted = results[index].promoted.map(message)
                        $0.demoted = results[index].demoted.map(message)
                        $0.norm = WeightAlgebra.norm(vectors[index])
                    })
            }
        }
    }

    /// Runs long arithmetic on a thread that no other request waits for.
    private func offPool<Result: Sendable>(
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(returning: body()) }
        }
    }

    private static func unknownEnum(
        _ field: String, _ value: Int, _ accepted: String
    ) -> RequestFailure {
        RequestFailure(
            .invalidArgument, "UNKNOWN_ENUM", "\(field) \(value) is unknown; accepted: \(accepted)",
            field: field, asked: value)
    }

    /// Weight vectors of neurons: one reply, then one tensor unless only norms are asked for.
    func columns(
        _ request: Neurond_V1_ColumnsRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let algebra = WeightAlgebra(engine.model)
        guard let kind = request.kind.vectorKind else {
            throw Self.unknownEnum("kind", request.kind.rawValue, "VALUE, GATE, UP")
        }
        guard request.layers.isEmpty else { return try await norms(request, kind, algebra, sink) }
        try checkUnitCount(request.units.count)
        let vectors = try request.units.map { unit in
            try algebra.vector(kind, layer: Int(unit.layer), neuron: Int(unit.neuron))
        }
        let tensor = CapturedTensor(
            name: "columns.\(kind.rawValue)", site: Site(.mlpAct), capture: 0,
            shape: [vectors.count, engine.model.configuration.width],
            values: .f32(vectors.flatMap { $0 }), positions: [], tokens: [],
            units: IndexRanges([]), reducedRows: 0)
        let tensors = request.normsOnly ? [] : [tensor]
        try await sink.send(
            Neurond_V1_ColumnsReply.with {
                $0.norms = vectors.map { WeightAlgebra.norm($0) }
                $0.tensors = tensors.map { tensor in
                    var info = Neurond_V1_TensorInfo(tensor)
                    info.site = ""
                    return info
                }
            })
        await sink.send(tensors, item: 0)
        return Neurond_V1_End()
    }

    /// Norms of every neuron of some layers, one reply a layer.
    private func norms(
        _ request: Neurond_V1_ColumnsRequest, _ kind: WeightAlgebra.VectorKind,
        _ algebra: WeightAlgebra, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        guard request.units.isEmpty, request.normsOnly else {
            throw RequestFailure(
                .invalidArgument, "BAD_LAYERS",
                "layers go without units and with norms_only; name the units for their columns",
                field: "layers")
        }
        for layer in try Self.layers(request.layers, engine.model.shape) {
            try Task.checkCancellation()
            let norms = try await offPool { Result { try algebra.norms(kind, layer: layer) } }.get()
            try await sink.send(Neurond_V1_ColumnsReply.with { $0.norms = norms })
        }
        return Neurond_V1_End()
    }

    private func checkUnitCount(_ count: Int) throws {
        guard (1...ServiceLimits.unitsPerRequest).contains(count) else {
            throw RequestFailure(
                .outOfRange, "UNIT_COUNT",
                "\(count) units; accepted: 1 to \(ServiceLimits.unitsPerRequest)",
                field: "units", asked: count, limit: ServiceLimits.unitsPerRequest)
        }
    }
}

extension Neurond_V1_ColumnsRequest.Kind {
    /// nil for a number that this build does not know.
    var vectorKind: WeightAlgebra.VectorKind? {
        switch self {
        case .value: .value
        case .gate: .gate
        case .up: .up
        case .UNRECOGNIZED: nil
        }
    }
}

extension Neurond_V1_ProjectRequest.Convention {
    /// nil for a number that this build does not know.
    var algebra: WeightAlgebra.Convention? {
        switch self {
        case .raw: .raw
        case .normed: .normed
        case .UNRECOGNIZED: nil
        }
    }
}
