internal import CIntrinsics
public import KernelTypes

/// The entry points of this module, compiled for its instruction set.
///
/// Only the symbol is exported, never the body: a release build would otherwise compile kernels
/// again inside the caller, for another instruction set.
@export(interface)
public func makeKernelTable() -> KernelTable {
    KernelTable(
        tileRows: ActivationTiles.tileRows,
        activationGroupBytes: ActivationTiles.rowGroupBytes,
        quantize: { quantize($0) },
        quantizedProduct: { quantizedProduct($0) },
        tile: { tile($0) },
        singleProduct: { singleProduct($0) },
        halfProduct: { halfProduct($0) },
        rowProduct: { rowProduct($0) },
        normalize: { normalize($0, weight: $1, count: $2, epsilon: $3, into: $4) },
        centre: { centre($0) },
        add: { add($0, count: $1, into: $2) },
        gate: { gate($0, up: $1, count: $2, into: $3) },
        gelu: { gelu($0, count: $1, byTanh: $2, into: $3) },
        softmax: { softmax($0, count: $1) },
        weigh: { weigh($0, count: $1, peak: $2, scale: $3, into: $4) },
        sum: { sum($0, count: $1) },
        logSumExp: { logSumExp($0, count: $1) },
        largestIndex: { largestIndex($0, count: $1) },
        rotate: { rotate($0) },
        storeElements: { storeElements($0, count: $1, into: $2, stride: $3, half: $4) },
        scores: { attentionScores($0) },
        mix: { attentionMix($0) },
        accumulateColumns: { accumulateColumns($0) },
        changeRow: { changeRow($0) },
        copyColumns: { copyColumns($0) })
}
