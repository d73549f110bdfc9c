import Hooks

/// Numbers the sites of a model 0..<count, so that lookups in a step are array reads.
struct SiteTable: Sendable {
    let layerCount: Int

    var count: Int { SiteKind.allCases.count * layerCount }

    func index(_ kind: SiteKind, _ layer: Int) -> Int {
        kind.forwardIndex * layerCount + layer
    }

    func index(_ site: Site) -> Int { index(site.kind, site.layer) }
}
