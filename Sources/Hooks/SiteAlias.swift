/// One spelling of a place in the forward pass that another tool uses.
struct SiteAlias: Sendable {
    enum Meaning: Sendable {
        /// The same tensor as a site of ours; the note says where the two can differ.
        case site(SiteKind, note: String?)
        /// Not reachable, or not the tensor that the name suggests.
        case refused(String)
    }

    /// The spelling with `{L}` where the layer stands.
    let template: String
    let meaning: Meaning
    private let prefix: String
    private let suffix: String
    private let hasLayer: Bool

    init(_ template: String, _ meaning: Meaning) {
        self.template = template
        self.meaning = meaning
        let parts = template.split(separator: "{L}", omittingEmptySubsequences: false)
        prefix = String(parts[0])
        suffix = parts.count > 1 ? String(parts[1]) : ""
        hasLayer = parts.count > 1
    }

    /// The layer list in `name` if `name` is this spelling, empty if the spelling has no layer.
    func match(_ name: String) -> Substring? {
        guard hasLayer else { return name == template ? "" : nil }
        guard name.utf8.count > prefix.utf8.count + suffix.utf8.count,
            name.hasPrefix(prefix), name.hasSuffix(suffix)
        else { return nil }
        let layers = name.dropFirst(prefix.count).dropLast(suffix.count)
        return SiteName.isLayerList(layers) ? layers : nil
    }

    /// The spelling for a layer, for suggestions.
    func spelling(layer: String?) -> String {
        hasLayer ? prefix + (layer ?? "0") + suffix : template
    }
}

extension SiteAlias {
    /// Every spelling, by home library.
    static let table: [SiteAlias] =
        transformerLens + huggingFace + headNorms + gpt + neox + interpEngine + pyvene + nnterp
        + llamaCpp

    /// Why the normalized input of a module is refused.
    static let normInput = """
        hooks do not reach the normalized input of a module; change resid_pre.L (read by \
        attention) or resid_mid.L (read by the MLP)
        """

    /// Where a module's raw output and its contribution differ.
    static let rawModuleNote = """
        this name is the module's raw output; the site is the contribution as it is added to the \
        residual stream. They differ in models that normalize a module's output (Gemma 2 and 3, \
        OLMo 2)
        """

    static func same(_ kind: SiteKind, _ templates: String...) -> [SiteAlias] {
        templates.map { SiteAlias($0, .site(kind, note: nil)) }
    }

    static func noted(_ kind: SiteKind, _ note: String, _ templates: String...) -> [SiteAlias] {
        templates.map { SiteAlias($0, .site(kind, note: note)) }
    }

    static func refused(_ reason: String, _ templates: String...) -> [SiteAlias] {
        templates.map { SiteAlias($0, .refused(reason)) }
    }
}
