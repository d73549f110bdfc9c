import Engine
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
        let vectors = try request.units.map { unit in
            try algebra.vector(.value, layer: Int(unit.layer), neuron: Int(unit.neuron))
        }
        let results = algebra.project(
            vectors, convention: request.convention == .normed ? .normed : .raw, count: count)
        for (index, result) in results.enumerated() {
            try Task.checkCancellation()
            try await sink.send(
                Neurond_V1_ProjectReply.with {
                    $0.unit = request.units[index]
                    $0.promoted = result.promoted.map(message)
                    $0.demoted = result.demoted.map(message)
                    $0.norm = WeightAlgebra.norm(vectors[index])
                })
        }
        return Neurond_V1_End()
    }

    /// Weight vectors of neurons: one reply, then one tensor unless only norms are asked for.
    func columns(
        _ request: Neurond_V1_ColumnsRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        try checkUnitCount(request.units.count)
        let algebra = WeightAlgebra(engine.model)
        let kind = request.kind.vectorKind
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
    var vectorKind: WeightAlgebra.VectorKind {
        switch self {
        case .gate: .gate
        case .up: .up
        default: .value
        }
    }
}
