@testable import Hooks

/// Random valid plans from a fixed seed.
struct RandomPlans {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    mutating func float() -> Float {
        switch below(4) {
        case 0: return Float(below(200) - 100)
        case 1: return Float(below(2000) - 1000) / 1000
        case 2: return -0.0
        default:
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: next()))
            return value.isFinite ? value : 1.5
        }
    }

    mutating func ranges(below bound: Int) -> IndexRanges {
        IndexRanges(
            (0...below(4)).map { _ in
                let start = below(bound)
                return start..<min(bound, start + 1 + below(5))
            })
    }

    mutating func selector(below bound: Int) -> IndexSelector {
        below(4) == 0 ? .all : .ranges(ranges(below: bound))
    }

    mutating func selection(_ kind: SiteKind) -> Selection {
        Selection(
            site: kind, layers: kind.isLayered ? selector(below: 32) : .all,
            units: selector(below: 512))
    }

    mutating func hash() -> ContentHash {
        ContentHash(hashing: [UInt8(truncatingIfNeeded: next())])
    }

    mutating func tokens() -> [Int32] { (0...below(3)).map { _ in Int32(below(1000)) } }

    mutating func positions() -> Positions {
        if below(3) == 0 { return .all }
        return Positions(
            (0...below(3)).map { _ in
                switch below(7) {
                case 0: .all
                case 1: .prompt
                case 2: .generated
                case 3: .last
                case 4: .list((0...below(3)).map { _ in below(40) - 20 })
                case 5:
                    below(2) == 0
                        ? .window(from: below(30) - 15, to: nil)
                        : .window(from: below(5), to: 5 + below(9))
                default: .tokens(tokens())
                }
            })
    }

    mutating func stored() -> HookValue {
        let names = ["direction.5", "a b", "x:y", "q\"uote", "#", "ünï", "mlp.act.3"]
        return .object(hash(), tensor: pick(names))
    }

    mutating func vector() -> HookValue {
        below(2) == 0 ? .vector((0...below(4)).map { _ in float() }) : stored()
    }

    mutating func noise() -> NoiseShape {
        NoiseShape(
            mean: float(), standardDeviation: float().magnitude, seed: next(),
            scale: below(2) == 0 ? .absolute : .relative)
    }

    mutating func operation() -> Operation {
        switch below(10) {
        case 0: return .zero
        case 1: return .scale(float())
        case 2: return .set(below(2) == 0 ? .scalar(float()) : vector())
        case 3: return .add(below(2) == 0 ? .scalar(float()) : vector())
        case 4:
            let ends = [float(), float()].sorted()
            return .clamp(low: ends[0], high: ends[1])
        case 5: return .noise(noise())
        case 6: return .valueNoise(noise())
        case 7: return .mean(hash())
        case 8: return .patch(hash())
        default: return .keepOnly(layers: below(2) == 0 ? nil : ranges(below: 32))
        }
    }

    /// A site that can have the operation.
    mutating func site(for operation: Operation) -> SiteKind {
        switch operation {
        case .valueNoise: return .mlpAct
        case .keepOnly: return pick([.mlpAct, .attnZ, .attnK])
        case .zero, .scale, .clamp, .noise: return pick(SiteKind.allCases)
        default: return pick(SiteKind.allCases.filter { $0 != .attnPattern })
        }
    }

    mutating func action() -> HookAction {
        let operation = operation()
        let selections = (0...below(3)).map { _ in selection(site(for: operation)) }
        let sets = (0..<below(3)).map { _ in hash() }
        let target =
            below(5) == 0 && !sets.isEmpty
            ? Target(selections: [], sets: sets) : Target(selections: selections, sets: sets)
        return HookAction(operation, target, positions: positions())
    }

    mutating func reduction() -> Reduction {
        switch below(14) {
        case 0: return .mean
        case 1: return .meanAbs
        case 2: return .rms
        case 3: return .l2
        case 4: return .max
        case 5: return .sum
        case 6: return .countAbove(float())
        case 7: return .topK(1 + below(50), by: TopOrder.allCases[below(3)])
        case 8: return .norm
        case 9: return .dot(vector())
        case 10: return .logProbability(tokens())
        case 11: return .rank(tokens())
        case 12: return .entropy
        default: return .klDivergence(vector())
        }
    }

    mutating func capture() -> Capture {
        let reduction = below(4) == 0 ? nil : reduction()
        var selection = selection(pick(SiteKind.allCases.filter { $0 != .attnPattern }))
        if reduction?.isOfLogits == true { selection = Selection(site: .logits) }
        if case .topK(_, by: .valueNorm) = reduction { selection = self.selection(.mlpAct) }
        return Capture(
            selection, positions: positions(), reduction: reduction,
            format: reduction == nil && below(2) == 0 ? .f16 : .f32,
            beforeActions: below(3) == 0)
    }

    mutating func plan() -> HookPlan {
        HookPlan(
            actions: (0..<below(4)).map { _ in action() },
            captures: (0..<below(4)).map { _ in capture() })
    }
}
