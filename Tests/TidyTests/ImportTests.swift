import Testing

/// Which module may import which. SwiftPM does not notice an import of a module that is only a
/// dependency of a dependency, so the arrows are kept here, and the `import` lines are read.
@Suite struct ImportTests {
    /// The toolchain's own modules, which every module may use.
    static let toolchain: Set = [
        "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Musl",
        "Darwin", "Synchronization",
    ]

    static let packages: Set = [
        "ArgumentParser", "Crypto", "GRDB", "Logging", "SwiftProtobuf", "TOMLKit",
    ]

    /// Modules and packages that each module may import.
    static let table: [String: Set<String>] = [
        "CLibuv": [],
        "CIntrinsics": [],
        "Build": [],
        "EventLoop": ["CLibuv"],
        "Wire": [],
        "Messages": ["SwiftProtobuf"],
        "StrictJSON": [],
        "Hooks": ["StrictJSON", "Crypto"],
        "HookMessages": ["Hooks", "Messages", "SwiftProtobuf"],
        "KernelTypes": [],
        "KernelsPortable": ["KernelTypes", "CIntrinsics"],
        "KernelsAVX2": ["KernelTypes", "CIntrinsics"],
        "KernelsAVX512": ["KernelTypes", "CIntrinsics"],
        "Kernels": [
            "KernelTypes", "KernelsPortable", "KernelsAVX2", "KernelsAVX512", "CIntrinsics",
        ],
        "Tokenizer": ["StrictJSON", "Crypto"],
        "ModelFile": ["StrictJSON", "Kernels", "Tokenizer", "Crypto"],
        "Engine": ["Hooks", "Kernels", "ModelFile", "Tokenizer"],
        "Service": [
            "Engine", "Hooks", "HookMessages", "Kernels", "Messages", "ModelFile", "Tokenizer",
            "Wire", "Crypto", "SwiftProtobuf",
        ],
        "Supervision": ["Hooks"],
        "Metrics": [],
        "Settings": ["TOMLKit"],
        "Configuration": ["EventLoop", "Hooks", "Settings", "Supervision"],
        "Daemon": [
            "EventLoop", "StrictJSON", "Wire", "Messages", "Metrics", "Supervision", "Crypto",
            "Logging", "SwiftProtobuf",
        ],
        "NeurondClient": [
            "EventLoop", "Wire", "Messages", "Hooks", "HookMessages", "Crypto", "SwiftProtobuf",
        ],
        "Studies": [
            "NeurondClient", "HookMessages", "Hooks", "Messages", "Settings", "StrictJSON",
            "Crypto", "GRDB", "SwiftProtobuf",
        ],
        "neurond": [
            "Build", "Configuration", "Daemon", "Service", "Engine", "EventLoop", "Wire",
            "Messages", "Settings",
            "Supervision",
            "ModelFile", "Tokenizer", "Kernels", "Hooks", "HookMessages", "ArgumentParser",
            "Crypto", "Logging", "SwiftProtobuf",
        ],
        "neuronctl": [
            "Build", "NeurondClient", "StrictJSON", "Studies", "Hooks", "HookMessages", "Messages",
            "ModelFile", "Wire",
            "EventLoop",
            "ArgumentParser", "Logging", "SwiftProtobuf",
        ],
        "neurond-bench": [
            "Build", "Engine", "Hooks", "Kernels", "ModelFile", "Tokenizer", "ArgumentParser",
        ],
    ]

    /// What a line imports: `public import struct Module.Type` is an import of `Module`.
    static func imported(by line: Substring) -> String? {
        let words = line.code.split(whereSeparator: \.isWhitespace)
        guard let index = words.firstIndex(of: "import"),
            words[..<index].allSatisfy({ word in
                word.hasPrefix("@")
                    || ["public", "package", "internal", "fileprivate", "private"].contains(word)
            })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var"]
        let rest = words[(index + 1)...].drop { kinds.contains($0) }
        return rest.first?.split(separator: ".").first.map(String.init)
    }

    @Test func importLinesAreRead() {
        for (line, module) in [
            ("import Hooks", "Hooks"), ("    public import Wire", "Wire"),
            ("@testable import Hooks", "Hooks"), ("import struct Foundation.Data", "Foundation"),
            ("internal import Glibc // malloc", "Glibc"),
        ] {
            #expect(Self.imported(by: line[...]) == module)
        }
        for line in ["// import Hooks", "let text = \"import Hooks\"", "importer.run()", ""] {
            #expect(Self.imported(by: line[...]) == nil)
        }
    }

    @Test func everyModuleHasARowInTheTable() {
        for module in Repository.modules() {
            #expect(Self.table[module] != nil, "add \(module) and its arrows to the table")
        }
    }

    @Test(arguments: Repository.modules())
    func everyImportIsAnArrowOfTheTable(module: String) {
        let allowed = (Self.table[module] ?? []).union(Self.toolchain).union([module])
        for file in Repository.files(under: "Sources/\(module)")
        where file.name.hasSuffix(".swift") {
            for (index, line) in file.lines.enumerated() {
                guard let name = Self.imported(by: line), !allowed.contains(name) else { continue }
                Issue.record(
                    """
                    \(file.path):\(index + 1) imports \(name); \(module) may import \
                    \((Self.table[module] ?? []).sorted().joined(separator: ", "))
                    """)
            }
        }
    }

    /// Modules that a module reaches over any number of arrows.
    static func reach(of module: String) -> Set<String> {
        var found: Set<String> = []
        var open = [module]
        while let next = open.popLast() {
            for name in table[next] ?? [] where found.insert(name).inserted { open.append(name) }
        }
        return found
    }

    @Test func arrowsPointOneWay() {
        for module in Self.table.keys {
            #expect(!Self.reach(of: module).contains(module), "\(module) reaches itself")
        }
    }

    @Test func everyArrowPointsToAModuleOrAPackage() {
        for (module, names) in Self.table {
            for name in names {
                #expect(
                    Self.table[name] != nil || Self.packages.contains(name),
                    "\(module) → \(name)")
            }
        }
    }

    /// What the design forbids however the table is changed.
    @Test func theEngineAndTheProtocolDoNotKnowEachOther() {
        let engine = Self.reach(of: "Engine")
        #expect(engine.isDisjoint(with: ["Wire", "Messages", "EventLoop", "CLibuv"]))
        #expect(Self.reach(of: "Wire").isEmpty)
        #expect(Self.reach(of: "StrictJSON").isEmpty)
        #expect(Self.reach(of: "Service").isDisjoint(with: ["EventLoop", "CLibuv"]))
        #expect(Self.reach(of: "Supervision").isDisjoint(with: ["EventLoop", "Wire", "Engine"]))
        #expect(Self.reach(of: "NeurondClient").isDisjoint(with: ["Engine", "ModelFile"]))
        #expect(Self.reach(of: "Daemon").isDisjoint(with: ["Engine", "ModelFile", "Kernels"]))
        #expect(Self.table.filter { $0.value.contains("TOMLKit") }.map(\.key) == ["Settings"])
        #expect(Self.table.filter { $0.value.contains("GRDB") }.map(\.key) == ["Studies"])
        #expect(Self.table.filter { $0.value.contains("CLibuv") }.map(\.key) == ["EventLoop"])
    }
}
