/// A site's name as a user wrote it, resolved to the canonical site.
///
/// Accepts the canonical spelling and the names that other tools use for the same tensor
/// (`SiteAlias`). Names whose tensor differs from what they seem to say are refused with the
/// reason, or accepted with a note where they differ for some models only.
public struct SiteName: Sendable, Hashable {
    /// The place in the forward pass that the name means.
    public let kind: SiteKind
    /// `.all` for sites that exist once, and for layered names written without a layer.
    public let layers: IndexSelector
    /// What a user of the name's home library should know; nil when the tensors are the same.
    public let note: String?

    /// Reads a name such as `mlp.act.3`, `blocks.3.mlp.hook_post` or `resid_post.0-7`.
    ///
    /// - Throws: `HookError.unknownName` with the nearest name, or `.refusedSite` with the reason.
    public init(_ name: String) throws(HookError) {
        guard let found = try Self.find(name) else { throw Self.unknown(name) }
        self = found
    }

    private init(kind: SiteKind, layers: IndexSelector, note: String?) {
        self.kind = kind
        self.layers = kind.isLayered ? layers : .all
        self.note = note
    }

    /// The resolved name, or nil when no table has it.
    static func find(_ name: String) throws(HookError) -> SiteName? {
        for kind in SiteKind.allCases {
            if name == kind.rawValue { return SiteName(kind: kind, layers: .all, note: nil) }
            guard kind.isLayered, name.hasPrefix(kind.rawValue + ".") else { continue }
            let layers = name.dropFirst(kind.rawValue.count + 1)
            guard isLayerList(layers) else { continue }
            return SiteName(kind: kind, layers: try Self.layers(layers), note: nil)
        }
        for alias in SiteAlias.table {
            guard let layers = alias.match(name) else { continue }
            switch alias.meaning {
            case .refused(let reason): throw .refusedSite(name: name, reason: reason)
            case .site(let kind, let note):
                return SiteName(
                    kind: kind, layers: layers.isEmpty ? .all : try Self.layers(layers), note: note)
            }
        }
        return nil
    }

    private static func layers(_ text: Substring) throws(HookError) -> IndexSelector {
        try IndexSelector(text: text, what: "layer", limit: HookLimits.largestLayer)
    }

    /// Whether the text could be a layer list: `3`, `0-7`, `1,5`, `*`.
    static func isLayerList(_ text: Substring) -> Bool {
        text == "*"
            || !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
                }
    }

    /// The error for a name that no table has: the nearest name with the written layer, if any.
    static func unknown(_ name: String) -> HookError {
        let canonical = SiteKind.allCases.map { $0.isLayered ? "\($0.rawValue).L" : $0.rawValue }
        let layer = name.split(whereSeparator: { !$0.isASCII || !$0.isNumber }).first
        var candidates = SiteKind.allCases.map {
            $0.isLayered && layer != nil ? "\($0.rawValue).\(layer ?? "")" : $0.rawValue
        }
        for alias in SiteAlias.table {
            guard case .site = alias.meaning else { continue }
            candidates.append(alias.spelling(layer: layer.map(String.init)))
        }
        return .unknownName(
            .site, name: name, suggestion: Suggestion.nearest(to: name, in: candidates),
            accepted: canonical.joined(separator: ", "))
    }
}
