/// Sorts the names of an adapter's tensors: which matrix of the model each belongs to.
///
/// PEFT names a tensor `base_model.model.MODULE.lora_A.weight`, where MODULE is that of the model
/// that Hugging Face's `transformers` makes; within a program the adapter's own name, `default`,
/// stands before `weight`.
struct AdapterNames {
    /// The two tensors of one module.
    struct Pair {
        let role: TensorRole
        let layer: Int
        let module: String
        let down: String
        let up: String
    }

    private struct Found {
        var down: String?
        var up: String?
    }

    private static let prefix = "base_model.model."
    private static let downSuffixes = [".lora_A.weight", ".lora_A.default.weight"]
    private static let upSuffixes = [".lora_B.weight", ".lora_B.default.weight"]

    private let file: String
    private let layerCount: Int
    private let architecture: String
    /// Modules that adapters may change, in order of layer and role.
    private let modules: [(name: String, role: TensorRole)]
    private let indices: [String: Int]
    private var found: [Int: Found] = [:]

    init(file: String, model: ModelConfiguration) {
        self.file = file
        layerCount = model.layerCount
        architecture = model.architecture
        modules = Self.modules(of: model)
        indices = Dictionary(
            uniqueKeysWithValues: modules.enumerated().map { ($0.element.name, $0.offset) })
    }

    /// Modules that are one matrix: not several roles in one, nor kept as (inputs, outputs).
    private static func modules(
        of model: ModelConfiguration
    ) -> [(name: String, role: TensorRole)] {
        let family = ModelFamilies.all.first { $0.architecture == model.architecture }
        return TensorRole.all(in: model).filter(\.isAdaptable).compactMap { role in
            guard let place = family?.huggingFacePlace(of: role, in: model),
                place == TensorPlace(name: place.name)
            else { return nil }
            return (String(place.name.dropLast(".weight".count)), role)
        }
    }

    /// Takes in a tensor.
    ///
    /// - Throws: `unsupported` for a tensor that is no part of a served adapter, `malformed` for
    ///   the second of a kind.
    mutating func add(_ name: String) throws(ModelFileError) {
        guard let (module, isDown) = Self.split(name) else {
            throw unsupported(
                name, "this tensor",
                "base_model.model.MODULE.lora_A.weight and …lora_B.weight")
        }
        guard let index = indices[module] else {
            throw unsupported(name, "a change of the module \(quoted(module))", accepted)
        }
        var entry = found[index] ?? Found()
        guard (isDown ? entry.down : entry.up) == nil else {
            throw malformed(
                name, "a second tensor of its kind for this module", "one lora_A and one lora_B")
        }
        if isDown { entry.down = name } else { entry.up = name }
        found[index] = entry
    }

    /// What was found, in order.
    ///
    /// - Throws: `malformed` for a tensor without its counterpart.
    func pairs() throws(ModelFileError) -> [Pair] {
        var pairs: [Pair] = []
        for (index, module) in modules.enumerated() {
            guard let entry = found[index] else { continue }
            guard let down = entry.down, let up = entry.up else {
                let (name, missing) =
                    entry.down.map { ($0, "lora_B") } ?? (entry.up ?? "", "lora_A")
                throw malformed(name, "its counterpart \(missing) is missing", "both of them")
            }
            pairs.append(
                Pair(
                    role: module.role, layer: index / perLayer, module: module.name, down: down,
                    up: up))
        }
        return pairs
    }

    /// The module that a tensor belongs to, and whether it is its `lora_A`.
    private static func split(_ name: String) -> (module: String, isDown: Bool)? {
        guard name.hasPrefix(prefix) else { return nil }
        for (suffixes, isDown) in [(downSuffixes, true), (upSuffixes, false)] {
            for suffix in suffixes where name.hasSuffix(suffix) {
                let module = name.dropFirst(prefix.count).dropLast(suffix.count)
                return (String(module), isDown)
            }
        }
        return nil
    }

    /// Modules of each layer.
    private var perLayer: Int { modules.count / layerCount }

    private var accepted: String {
        guard let first = modules.first?.name, let last = modules.last?.name else {
            return "no adapters of \(architecture), whose modules are no matrices of their own"
        }
        let kinds = modules.prefix(perLayer).compactMap {
            $0.name.split(separator: ".").last
        }
        return "\(kinds.joined(separator: ", ")) of layers 0 to \(layerCount - 1) of "
            + "\(architecture) (\(first) … \(last))"
    }

    private func unsupported(
        _ name: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        .unsupported(
            .init(
                file: file, field: "tensor \(quoted(name))", reason: reason, accepted: accepted))
    }

    private func malformed(
        _ name: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        .malformed(
            .init(
                file: file, field: "tensor \(quoted(name))", reason: reason, accepted: accepted))
    }
}

extension TensorRole {
    /// Whether adapters may change the matrix.
    fileprivate var isAdaptable: Bool {
        switch self {
        case .query, .key, .value, .attentionOutput, .gate, .up, .down: true
        default: false
        }
    }
}
