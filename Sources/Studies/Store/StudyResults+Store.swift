import Foundation
import Hooks

/// One part of the results as the table `results` has it.
struct StoredResult: Sendable {
    enum Kind: String, Sendable { case table, figure, neurons, tensor, report }

    let kind: Kind
    let name: String
    let value: Data
}

extension StudyResults {
    /// The parts, in order.
    func stored() throws(StudyError) -> [StoredResult] {
        var parts: [StoredResult] = []
        for table in tables {
            parts.append(.init(kind: .table, name: table.name, value: try StoredJSON.encode(table)))
        }
        for figure in figures {
            parts.append(
                .init(kind: .figure, name: figure.name, value: try StoredJSON.encode(figure)))
        }
        for set in neuronSets {
            parts.append(.init(kind: .neurons, name: set.name, value: Data(set.set.json.utf8)))
        }
        for tensor in tensors {
            parts.append(.init(kind: .tensor, name: tensor.name, value: tensor.stored))
        }
        parts.append(.init(kind: .report, name: "report", value: Data(report.utf8)))
        return parts
    }

    /// Adds a part as it was stored.
    mutating func add(kind: String, name: String, value: Data) throws(StudyError) {
        switch StoredResult.Kind(rawValue: kind) {
        case .table: tables.append(try StoredJSON.decode(StudyTable.self, value))
        case .figure: figures.append(try StoredJSON.decode(StudyFigure.self, value))
        case .neurons: neuronSets.append(.init(name, try Self.neurons(value, name)))
        case .tensor: tensors.append(try StudyTensor(name: name, stored: value))
        case .report: report = String(decoding: value, as: UTF8.self)
        case nil: throw StudyError("STORE_VALUE", "the store holds a result of kind \(kind)")
        }
    }

    private static func neurons(_ value: Data, _ name: String) throws(StudyError) -> NeuronSet {
        do throws(HookError) {
            return try NeuronSet(bytes: Array(value))
        } catch {
            throw StudyError("STORE_VALUE", "the store's neuron set \(name): \(error)")
        }
    }
}

extension StudyTensor {
    /// Little-endian: the rank and the extents as 64-bit integers, then the values as f64.
    fileprivate var stored: Data {
        var writer = ByteWriter()
        writer.write(UInt64(shape.count))
        for extent in shape { writer.write(UInt64(extent)) }
        for value in values { writer.write(value.bitPattern) }
        return writer.data
    }

    fileprivate init(name: String, stored: Data) throws(StudyError) {
        var reader = ByteScanner(stored, what: "tensor \(name)")
        let rank = try reader.count(limit: 8)
        var shape: [Int] = []
        var count = 1
        for _ in 0..<rank {
            let extent = try reader.count(limit: stored.count)
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
            guard !isTooLarge else { throw reader.damaged }
            count = product
            shape.append(extent)
        }
        guard reader.remaining == count.multipliedReportingOverflow(by: 8).partialValue else {
            throw reader.damaged
        }
        var values: [Double] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(Double(bitPattern: try reader.read(UInt64.self))) }
        self.init(name, shape: shape, values: values)
    }
}
