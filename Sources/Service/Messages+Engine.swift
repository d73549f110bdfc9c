import Engine
import Foundation
import Hooks
import Kernels
import Messages
import SwiftProtobuf
import Tokenizer
import Wire

extension Neurond_V1_Receipt {
    init(_ receipt: Receipt) {
        self.init()
        action = UInt32(receipt.action)
        site = receipt.site.description
        rows = UInt64(receipt.rows)
        elements = UInt64(receipt.elements)
        changeL2 = receipt.changeL2
    }
}

extension Neurond_V1_TensorInfo {
    init(_ tensor: CapturedTensor) {
        self.init()
        name = tensor.name
        site = tensor.site.description
        capture = UInt32(tensor.capture)
        type = tensor.values.element.dataType
        shape = tensor.shape.map { UInt64($0) }
        positions = tensor.positions.map { UInt32($0) }
        tokens = tensor.tokens.map { UInt32($0) }
        unitRanges = tensor.units.ranges.flatMap { [UInt32($0.lowerBound), UInt32($0.count)] }
        reducedRows = UInt64(tensor.reducedRows)
    }
}

extension TensorElement {
    var dataType: Neurond_V1_DataType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .f64: .f64
        case .i32: .i32
        }
    }

    var wireType: ElementType {
        switch self {
        case .f32: .float32
        case .f16: .float16
        case .f64: .float64
        case .i32: .int32
        }
    }
}

extension ElementType {
    var dataType: Neurond_V1_DataType {
        switch self {
        case .float32: .f32
        case .float16: .f16
        case .float64: .f64
        case .int32: .i32
        case .int64: .i64
        case .uint8: .u8
        }
    }
}

extension TensorValues {
    /// Elements one after another, little-endian.
    var littleEndianBytes: [UInt8] {
        switch self {
        case .f32(let values): Kernels.littleEndianBytes(values)
        case .f16(let values): Kernels.littleEndianBytes(values)
        case .f64(let values): Kernels.littleEndianBytes(values)
        case .i32(let values): Kernels.littleEndianBytes(values)
        }
    }
}

extension ReplySink {
    /// Sends the tensors that a message announced, in its order.
    func send(_ tensors: [CapturedTensor], item: Int) async {
        for (index, tensor) in tensors.enumerated() {
            let descriptor = TensorDescriptor(
                name: tensor.name, type: tensor.values.element.wireType, shape: tensor.shape,
                item: UInt32(item), index: UInt32(index))
            await send(tensor: descriptor, data: tensor.values.littleEndianBytes)
        }
    }
}

extension EngineService {
    func message(_ token: ScoredToken) -> Neurond_V1_TokenScore {
        .with {
            $0.id = UInt32(token.id)
            $0.piece = Data(engine.model.tokenizer.piece(token.id))
            $0.logit = token.logit
            $0.logProbability = token.logProbability
        }
    }
}
