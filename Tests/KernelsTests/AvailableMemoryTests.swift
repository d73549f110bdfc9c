import TestSupport
import Testing

@testable import Kernels

/// Memory is what the machine and every control group above the process leave.
@Suite struct AvailableMemoryTests {
    /// A machine of 8 GiB of which 3 GiB and 1 GiB of swap are free.
    private static let meminfo = """
        MemTotal:        8388608 kB
        MemFree:          524288 kB
        MemAvailable:    3145728 kB
        SwapTotal:       2097152 kB
        SwapFree:        1048576 kB
        """

    /// What is found where these files lie.
    private func available(_ files: [String: String]) throws -> AvailableMemory? {
        let root = try TemporaryDirectory()
        for (path, text) in files { try root.write(path, text + "\n") }
        return AvailableMemory.now(root: root.path + "/")
    }

    @Test func theMachineGivesWhatCanBeFreedAndSwap() throws {
        let found = try #require(AvailableMemory.machine(meminfo: Self.meminfo))
        #expect(found.byteCount == 4 << 30)
        #expect(AvailableMemory.machine(meminfo: "MemFree: 1 kB") == nil)
        #expect(try available([:]) == nil)
        #expect(try available(["proc/meminfo": Self.meminfo])?.byteCount == 4 << 30)
    }

    @Test func aGroupsBoundCountsWithoutItsPagesOfFiles() throws {
        let found = try #require(
            try available([
                "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/lab/neurond",
                "sys/fs/cgroup/lab/neurond/memory.max": "1000000",
                "sys/fs/cgroup/lab/neurond/memory.current": "700000",
                "sys/fs/cgroup/lab/neurond/memory.stat":
                    "anon 400000\ninactive_file 200000\nactive_file 100000\nshmem 0",
            ]))
        #expect(found.byteCount == 600_000)
        #expect(found.source.hasSuffix("is 1000000, 400000 of it are in use"))
        #expect(found.source.contains("memory.max of /"))
    }

    @Test func theTightestGroupAboveCounts() throws {
        var files = [
            "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/lab/neurond",
            "sys/fs/cgroup/lab/neurond/memory.max": "max",
            "sys/fs/cgroup/lab/neurond/memory.current": "10",
            "sys/fs/cgroup/lab/memory.max": "5000", "sys/fs/cgroup/lab/memory.current": "1000",
        ]
        #expect(try available(files)?.byteCount == 4_000)
        // A group that has more than its bound leaves nothing, and not less.
        files["sys/fs/cgroup/lab/memory.current"] = "6000"
        #expect(try available(files)?.byteCount == 0)
        files["sys/fs/cgroup/lab/memory.max"] = "max"
        #expect(try available(files)?.byteCount == 4 << 30)
    }

    @Test func aContainerSeesItsOwnGroupAsTheRoot() throws {
        let found = try available([
            "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/",
            "sys/fs/cgroup/memory.max": "9000", "sys/fs/cgroup/memory.current": "2000",
        ])
        #expect(found?.byteCount == 7_000)
    }

    @Test func groupsOfTheFirstVersionCountToo() throws {
        var files = [
            "proc/meminfo": Self.meminfo,
            "proc/self/cgroup": "12:cpu,cpuacct:/\n7:memory:/docker/1f\n1:name=systemd:/",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "5",
            "sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes": "8000",
            "sys/fs/cgroup/memory/docker/1f/memory.usage_in_bytes": "3000",
            "sys/fs/cgroup/memory/docker/1f/memory.stat":
                "inactive_file 7\ntotal_inactive_file 400\ntotal_active_file 100",
        ]
        #expect(try available(files)?.byteCount == 5_500)
        files["sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes"] = "9223372036854771712"
        #expect(try available(files)?.byteCount == 4 << 30)
    }

    @Test(arguments: ["", "nonsense", "0:", "0::", "7:memory:relative/../x", "::::::"])
    func aMembershipThatSaysNothingLeavesTheMachine(text: String) throws {
        let found = try available(["proc/meminfo": Self.meminfo, "proc/self/cgroup": text])
        #expect(found?.byteCount == 4 << 30)
    }
}
