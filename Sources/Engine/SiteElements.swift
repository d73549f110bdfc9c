import Hooks
import Kernels
import ModelFile

/// A site with where its rows lie while a step passes it.
struct SiteElements: Sendable {
    let site: Site
    /// The site's number in the tables of plans.
    let index: Int
    let buffer: RowBuffer
    /// Column of the buffer that holds the site's first element.
    let column: Int
}

/// The sites of one layer, in groups between which nothing is computed.
struct LayerSites: Sendable {
    let input: [SiteElements]
    let projections: [SiteElements]
    let mixed: [SiteElements]
    let attentionOutput: [SiteElements]
    /// Empty where attention and MLP read the same input.
    let middle: [SiteElements]
    let neuronInputs: [SiteElements]
    let neurons: [SiteElements]
    let mlpOutput: [SiteElements]
    let output: [SiteElements]

    init(layer: Int, model: ModelConfiguration, buffers: StepBuffers) {
        let table = SiteTable(layerCount: model.layerCount)
        func site(_ kind: SiteKind, _ buffer: RowBuffer, at column: Int = 0) -> SiteElements {
            table.elements(Site(kind, layer: layer), in: buffer, at: column)
        }
        let queryWidth = model.headCount * model.headDimension
        let keyWidth = model.keyValueHeadCount * model.headDimension
        input = [site(.residPre, buffers.residual)]
        projections = [
            site(.attnQ, buffers.queryKeyValue),
            site(.attnK, buffers.queryKeyValue, at: queryWidth),
            site(.attnV, buffers.queryKeyValue, at: queryWidth + keyWidth),
        ]
        mixed = [site(.attnZ, buffers.mixed)]
        attentionOutput = [site(.attnOut, buffers.contribution)]
        middle = model.block.residual == .sequential ? [site(.residMid, buffers.residual)] : []
        let gate = site(.mlpGate, buffers.gateUp)
        neuronInputs =
            model.block.isGated
            ? [gate, site(.mlpUp, buffers.gateUp, at: model.neuronCount)] : [gate]
        neurons = [site(.mlpAct, buffers.act)]
        mlpOutput = [site(.mlpOut, buffers.contribution)]
        output = [site(.residPost, buffers.residual)]
    }
}

/// The sites that a model has once.
struct ModelSites: Sendable {
    let embedding: [SiteElements]
    let finalNorm: [SiteElements]
    let logits: [SiteElements]
    let layers: [LayerSites]

    init(_ model: ModelConfiguration, buffers: StepBuffers) {
        let table = SiteTable(layerCount: model.layerCount)
        embedding = [table.elements(Site(.embed), in: buffers.residual)]
        finalNorm = [table.elements(Site(.finalNorm), in: buffers.normed)]
        logits = [table.elements(Site(.logits), in: buffers.logits)]
        layers = (0..<model.layerCount).map { layer in
            LayerSites(layer: layer, model: model, buffers: buffers)
        }
    }
}

extension SiteTable {
    fileprivate func elements(
        _ site: Site, in buffer: RowBuffer, at column: Int = 0
    ) -> SiteElements {
        SiteElements(site: site, index: index(site), buffer: buffer, column: column)
    }
}
