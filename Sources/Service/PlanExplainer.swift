import Engine
import Hooks
import Messages
import ModelFile
import SwiftProtobuf

/// Counts what one item's plan touches and brings: upper bounds where a generation may end early.
struct PlanExplainer {
    let engine: StepEngine
    let item: PreparedItem
    /// Rows of `final_norm` and `logits` exist only where something reads them.
    private let headRows: Set<Int>
    /// Rows that each action and each capture selects, whether they exist or not.
    private let actionRows: [[Int]]
    private let captureRows: [[Int]]

    init(engine: StepEngine, item: PreparedItem) {
        self.engine = engine
        self.item = item
        let job = item.job
        actionRows = job.plan.actions.map { job.selectedRows($0.positions) }
        captureRows = job.plan.captures.map { job.selectedRows($0.positions) }
        let captured = zip(job.plan.captures, captureRows)
            .filter { Self.isHead($0.0.site) }.flatMap { $0.1 }
        headRows = Set((0..<job.maximumRows).filter { job.readsLogits(at: $0) }).union(captured)
    }

    private var job: Job { item.job }
    private var configuration: ModelConfiguration { engine.model.configuration }

    private static func isHead(_ site: Site) -> Bool {
        [.finalNorm, .logits].contains(site.kind)
    }

    func explain(_ index: Int) -> Neurond_V1_ExplainReply.Item {
        .with {
            $0.item = UInt32(index)
            $0.tokens = UInt32(job.tokens.count)
            $0.actions = zip(job.plan.actions, actionRows).flatMap(actions)
            $0.tensors = job.plan.captures.indices.flatMap(tensors)
            $0.planHash = job.plan.hash
            $0.multiplyAdds = multiplyAdds
            $0.replyBytes = UInt64(replyBytes)
            $0.keyValueBytes = UInt64(keyValueBytes)
            $0.generatedTokens = UInt32(generatedTokens)
            $0.captureBytes = UInt64(captureBytes)
            $0.hookElements = UInt64(hookElements)
            $0.reusableTokens = UInt32(item.prepared.reusableTokens)
        }
    }

    /// Of the whole blocks that the item takes.
    var keyValueBytes: Int { engine.keyValueBytes(of: job) }

    var captureBytes: Int { item.prepared.captureByteCount }

    /// Of its tensors; what is added up is answered for the groups.
    var replyBytes: Int { job.sums == nil ? captureBytes : 0 }

    var generatedTokens: Int { job.generation?.maxTokens ?? 0 }

    /// Elements that actions change.
    var hookElements: Int {
        costs.reduce(0) { $0 + $1.elements }
    }

    /// Of the pass over all rows, of the head over the rows that exist, of actions, captures and
    /// sums.
    var multiplyAdds: Double {
        passMultiplyAdds + costs.reduce(0) { $0 + $1.multiplyAdds } + captureMultiplyAdds
            + sumMultiplyAdds
    }

    /// Those of the selected rows that the site has.
    private func existing(_ selected: [Int], at site: Site) -> [Int] {
        Self.isHead(site) ? selected.filter(headRows.contains) : selected
    }

    private func actions(
        _ action: ResolvedAction, _ rows: [Int]
    ) -> [Neurond_V1_ExplainReply.Action] {
        action.entries.map { entry in
            .with {
                $0.action = UInt32(action.index)
                $0.text = item.source.actions[action.index].text
                $0.site = entry.site.description
                $0.units = UInt64(entry.units.count)
                $0.rows = UInt64(existing(rows, at: entry.site).count)
            }
        }
    }

    private func tensors(_ index: Int) -> [Neurond_V1_TensorInfo] {
        let (capture, rows) = (job.plan.captures[index], captureRows[index])
        return item.prepared.layouts[index].map { layout in
            .with {
                $0.name = layout.name
                $0.site = capture.site.description
                $0.capture = UInt32(capture.index)
                $0.type = layout.element.dataType
                $0.shape = layout.shape.map { UInt64($0) }
                if layout.isPerRow {
                    $0.positions = rows.map { UInt32($0) }
                } else {
                    $0.reducedRows = UInt64(rows.count)
                }
            }
        }
    }

    /// Of the products and attention over all rows, and of the head over the rows that exist.
    private var passMultiplyAdds: Double {
        let shape = configuration
        let width = Double(shape.width)
        let headWidth = Double(shape.headCount * shape.headDimension)
        let keyWidth = Double(shape.keyValueHeadCount * shape.headDimension)
        let perRow =
            width * (2 * headWidth + 2 * keyWidth) + 3 * width * Double(shape.neuronCount)
        let adapted = Double(job.adapter?.multiplyAddsPerRow ?? 0)
        let rows = Double(job.maximumRows)
        let attention = headWidth * rows * (rows + 1)
        return Double(shape.layerCount) * (rows * perRow + attention)
            + rows * adapted
            + Double(headRows.count) * width * Double(shape.vocabularyCount)
    }
}

extension PlanExplainer {
    /// What one action does at one site.
    private struct Cost {
        let elements: Int
        let multiplyAdds: Double
    }

    private var costs: [Cost] {
        zip(job.plan.actions, actionRows).flatMap { action, rows in
            action.entries.map { cost(action.operation, $0, existing(rows, at: $0.site)) }
        }
    }

    private func cost(
        _ operation: Hooks.Operation, _ entry: ResolvedAction.Entry, _ rows: [Int]
    ) -> Cost {
        let elements = elements(of: entry.units.count, at: entry.site, rows)
        switch operation {
        case .valueNoise:
            let changed = rows.count * configuration.width
            return Cost(
                elements: changed, multiplyAdds: Double(changed) * Double(entry.units.count))
        case .noise:
            return Cost(
                elements: elements, multiplyAdds: Double(elements) * Self.normalMultiplyAdds)
        default:
            return Cost(elements: elements, multiplyAdds: Double(elements))
        }
    }

    /// Elements of some units in some rows; rows of a pattern are as long as what they attend to.
    private func elements(of units: Int, at site: Site, _ rows: [Int]) -> Int {
        guard let perUnit = engine.model.shape.elementsPerUnit(of: site.kind) else {
            return rows.reduce(0) { $0 + units * ($1 + 1) }
        }
        return rows.count * units * perUnit
    }

    /// A normally distributed number costs about as much as this many multiply-adds: two rounds
    /// of mixing, a logarithm, a root and a cosine.
    private static let normalMultiplyAdds = 64.0

    /// Every counted element is read once for each accumulation.
    private var sumMultiplyAdds: Double {
        guard let sums = job.sums else { return 0 }
        let elements = sums.layers.count * sums.elementCount(engine.model.shape)
        return Double(sums.rowCount * sums.accumulations.count) * Double(elements)
    }

    /// Every captured element is read once, whatever it is reduced to.
    private var captureMultiplyAdds: Double {
        zip(job.plan.captures, captureRows).reduce(0) { sum, pair in
            let (capture, rows) = pair
            return sum + Double(elements(of: capture.units.count, at: capture.site, rows))
        }
    }
}
