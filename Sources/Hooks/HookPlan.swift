/// What is done to a sequence and what is read from it.
public struct HookPlan: Sendable, Hashable {
    /// In the order they are applied.
    public var actions: [HookAction]
    public var captures: [Capture]

    public init(actions: [HookAction] = [], captures: [Capture] = []) {
        self.actions = actions
        self.captures = captures
    }
}

/// The dimensions of a model that a plan is checked against.
public struct ModelShape: Sendable, Hashable {
    public var layerCount: Int
    public var width: Int
    public var headCount: Int
    public var keyValueHeadCount: Int
    public var headDimension: Int
    public var neuronCount: Int
    public var vocabularyCount: Int

    public init(
        layerCount: Int, width: Int, headCount: Int, keyValueHeadCount: Int, headDimension: Int,
        neuronCount: Int, vocabularyCount: Int
    ) {
        self.layerCount = layerCount
        self.width = width
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headDimension = headDimension
        self.neuronCount = neuronCount
        self.vocabularyCount = vocabularyCount
    }
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
    public var operation: Operation
    /// One entry a site, ascending by layer.
    ///
    /// For `keepOnly` the units are those to be *zeroed*
    /// (the complement) and the operation is `.zero`.
    public var entries: [Entry]
    public var positions: Positions
    /// Index in `HookPlan.actions`, by which receipts name it.
    public var index: Int

    public struct Entry: Sendable, Hashable {
        public var site: Site
        public var units: IndexRanges

        public init(site: Site, units: IndexRanges) {
            self.site = site
            self.units = units
        }
    }

    public init(operation: Operation, entries: [Entry], positions: Positions, index: Int) {
        self.operation = operation
        self.entries = entries
        self.positions = positions
        self.index = index
    }
}

/// One capture after validation: one site, concrete units.
public struct ResolvedCapture: Sendable, Hashable {
    public var site: Site
    public var units: IndexRanges
    public var positions: Positions
    public var reduction: Reduction?
    public var format: CaptureFormat
    public var beforeActions: Bool
    /// Index in `HookPlan.captures`.
    public var index: Int

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
    public var actions: [ResolvedAction]
    public var captures: [ResolvedCapture]
    /// SHA-256 of the plan's canonical form, hexadecimal.
    public var hash: String

    public init(actions: [ResolvedAction], captures: [ResolvedCapture], hash: String) {
        self.actions = actions
        self.captures = captures
        self.hash = hash
    }
}
