/// What is done to a sequence and what is read from it.
public struct HookPlan: Sendable, Hashable {
    /// In the order they are applied.
    public var actions: [HookAction]
    /// In the order of the answer; captured tensors name theirs by index.
    public var captures: [Capture]

    /// Takes actions and captures unchecked; the empty plan runs the model as it is.
    public init(actions: [HookAction] = [], captures: [Capture] = []) {
        self.actions = actions
        self.captures = captures
    }
}

/// The dimensions of a model that a plan is checked against.
public struct ModelShape: Sendable, Hashable {
    /// Number of blocks; layers are 0..<layerCount.
    public var layerCount: Int
    /// Elements of the residual stream at one position.
    public var width: Int
    /// Query heads of one layer.
    public var headCount: Int
    /// Key-value heads of one layer, fewer than `headCount` in grouped-query attention.
    public var keyValueHeadCount: Int
    /// Elements of one head's query, key or value.
    public var headDimension: Int
    /// Neurons of one layer's MLP.
    public var neuronCount: Int
    /// Logits of one row: one for each token id.
    public var vocabularyCount: Int
    /// Sites that the model does not have, each with the reason.
    public var absentSites: [SiteKind: String]

    /// Takes the dimensions as they are, without checking that they fit each other.
    public init(
        layerCount: Int, width: Int, headCount: Int, keyValueHeadCount: Int, headDimension: Int,
        neuronCount: Int, vocabularyCount: Int, absentSites: [SiteKind: String] = [:]
    ) {
        self.layerCount = layerCount
        self.width = width
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headDimension = headDimension
        self.neuronCount = neuronCount
        self.vocabularyCount = vocabularyCount
        self.absentSites = absentSites
    }

    /// The sites that the model has, in the order of the forward pass.
    public var sites: [SiteKind] { SiteKind.allCases.filter { absentSites[$0] == nil } }
}

extension ModelShape {
    /// How many units the site has.
    public func unitCount(of kind: SiteKind) -> Int {
        switch kind.unit {
        case .dimension: width
        case .head: headCount
        case .keyValueHead: keyValueHeadCount
        case .neuron: neuronCount
        case .token: vocabularyCount
        }
    }

    /// How many consecutive elements of a row one unit has; nil for `attn.pattern`, whose units
    /// have as many elements as there are source positions.
    public func elementsPerUnit(of kind: SiteKind) -> Int? {
        switch kind {
        case .attnQ, .attnK, .attnV, .attnZ: headDimension
        case .attnPattern: nil
        default: 1
        }
    }
}

/// One action after validation: concrete layers and units.
public struct ResolvedAction: Sendable, Hashable {
    /// What is done to each unit; never `keepOnly`, which resolution turns into `zero`.
    public var operation: Operation
    /// One entry a site, ascending by layer.
    ///
    /// For `keepOnly` the units are those to be *zeroed*
    /// (the complement) and the operation is `.zero`.
    public var entries: [Entry]
    /// At which positions it is done, as the plan has them.
    public var positions: Positions
    /// Index in `HookPlan.actions`, by which receipts name it.
    public var index: Int

    /// One site and the units that the action touches there.
    public struct Entry: Sendable, Hashable {
        /// A site that the model has.
        public var site: Site
        /// Units below the site's unit count, at least one.
        public var units: IndexRanges

        /// Pairs a site with units; `HookPlan.resolved` makes sure that they exist.
        public init(site: Site, units: IndexRanges) {
            self.site = site
            self.units = units
        }
    }

    /// Takes parts that are known to fit the model: `HookPlan.resolved` is the way to get them.
    public init(operation: Operation, entries: [Entry], positions: Positions, index: Int) {
        self.operation = operation
        self.entries = entries
        self.positions = positions
        self.index = index
    }
}

/// One capture after validation: one site, concrete units.
public struct ResolvedCapture: Sendable, Hashable {
    /// The one site that is read; a capture of several layers resolves into several.
    public var site: Site
    /// Units below the site's unit count, at least one.
    public var units: IndexRanges
    /// Positions whose rows are read, as the plan has them.
    public var positions: Positions
    /// What is answered instead of rows; nil answers the rows.
    public var reduction: Reduction?
    /// Number format of raw rows.
    public var format: CaptureFormat
    /// Whether the site is read before this plan's actions on it instead of after them.
    public var beforeActions: Bool
    /// Index in `HookPlan.captures`.
    public var index: Int

    /// Takes parts that are known to fit the model: `HookPlan.resolved` is the way to get them.
    public init(
        site: Site, units: IndexRanges, positions: Positions, reduction: Reduction?,
        format: CaptureFormat, beforeActions: Bool, index: Int
    ) {
        self.site = site
        self.units = units
        self.positions = positions
        self.reduction = reduction
        self.format = format
        self.beforeActions = beforeActions
        self.index = index
    }
}

/// A plan whose every part was checked against a model.
public struct ResolvedPlan: Sendable, Hashable {
    /// A plan that does nothing.
    public static let none = ResolvedPlan(actions: [], captures: [], hash: HookPlan().planHash)

    /// In the order of the plan, one for each of its actions.
    public var actions: [ResolvedAction]
    /// In the order of the plan, one for each site of each capture.
    public var captures: [ResolvedCapture]
    /// SHA-256 of the plan's canonical form, hexadecimal.
    public var hash: String

    /// Takes parts that were resolved already, with the hash of the plan that they came from.
    public init(actions: [ResolvedAction], captures: [ResolvedCapture], hash: String) {
        self.actions = actions
        self.captures = captures
        self.hash = hash
    }
}
