/// A JSON object: members in the order written, each key once, lookup by exact key bytes.
public struct JSONObject: Hashable, Sendable {
    /// One key and its value.
    public struct Member: Hashable, Sendable {
        /// The name with its escapes resolved, compared byte for byte.
        public let key: JSONString
        /// What stands after the colon.
        public let value: JSONValue

        /// Creates a member.
        public init(_ key: JSONString, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The members in the order written.
    public let members: [Member]

    /// Position of each key; nil for small objects, which are scanned.
    private let positions: [JSONString: Int]?

    /// Below this many members a scan beats a hash table.
    private static let scanLimit = 8

    /// Takes members whose keys the caller knows to be different.
    ///
    /// - Precondition: No key occurs twice.
    public init(_ members: [Member]) {
        do throws(DuplicateKey) {
            try self.init(checking: members)
        } catch {
            preconditionFailure("the key \(members[error.index].key) occurs twice in one object")
        }
    }

    /// Takes the members, or returns the position of the first key that occurs twice.
    init(checking members: [Member]) throws(DuplicateKey) {
        self.members = members
        guard members.count > Self.scanLimit else {
            positions = nil
            for (index, member) in members.enumerated()
            where members[..<index].contains(where: { $0.key == member.key }) {
                throw DuplicateKey(index: index)
            }
            return
        }
        var positions = [JSONString: Int](minimumCapacity: members.count)
        for (index, member) in members.enumerated()
        where positions.updateValue(index, forKey: member.key) != nil {
            throw DuplicateKey(index: index)
        }
        self.positions = positions
    }

    /// The second occurrence of a key.
    struct DuplicateKey: Error {
        let index: Int
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Takes the members of a literal in its order.
    ///
    /// - Precondition: No key occurs twice.
    public init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self.init(elements.map { Member($0.0, $0.1) })
    }
}

extension JSONObject {
    /// How many members there are.
    public var count: Int { members.count }

    /// The keys in the order written.
    public var keys: [JSONString] { members.map(\.key) }

    /// The value under exactly these bytes.
    public subscript(key: JSONString) -> JSONValue? {
        if let positions {
            return positions[key].map { members[$0].value }
        }
        return members.first { $0.key == key }?.value
    }

    /// The value under exactly the UTF-8 of this string.
    public subscript(key: String) -> JSONValue? { self[JSONString(key)] }

    /// Whether the members are the same in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }

    /// Hashes the members in their order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(members)
    }
}
