import EventLoop
import Glibc
import Testing

@Suite("ChildProcess")
struct ChildProcessTests {
    @Test func `a child talks over an inherited descriptor and reports its exit status`() throws {
        try withLoop { loop in
            let (ours, theirs) = try makeSocketPair()
            let stream = try ByteStream(loop, adopting: ours)
            var exit: (Int64, Int32)?
            var received: [UInt8] = []
            var hasEnded = false
            let finishIfDone = { if exit != nil && hasEnded { loop.stop() } }
            stream.onRead = { received += $0 }
            stream.onEnd = { _ in
                hasEnded = true
                finishIfDone()
            }
            stream.startReading()
            let child = try ChildProcess(
                loop, executable: "/bin/sh",
                arguments: ["-c", "read line <&3; echo \"$GREETING $line\" >&3; exit 7"],
                environment: ["GREETING": "hello"], descriptors: [-1, -1, 2, theirs]
            ) { status, signal in
                exit = (status, signal)
                finishIfDone()
            }
            closeDescriptor(theirs)
            #expect(child.processIdentifier > 0)
            stream.write(Array("you\n".utf8))
            loop.run()
            stream.close()
            #expect(String(decoding: received, as: UTF8.self) == "hello you\n")
            #expect(exit?.0 == 7 && exit?.1 == 0)
        }
    }

    @Test func `a killed child reports the signal`() throws {
        try withLoop { loop in
            var exit: (Int64, Int32)?
            let child = try ChildProcess(
                loop, executable: "/bin/sleep", arguments: ["1000"], environment: nil,
                descriptors: []
            ) { status, signal in
                exit = (status, signal)
                loop.stop()
            }
            child.kill(SIGKILL)
            loop.run()
            child.kill(SIGKILL)
            #expect(exit?.1 == SIGKILL)
        }
    }

    @Test func `no descriptor but the listed ones reaches the child`() throws {
        try withLoop { loop in
            let (ours, theirs) = try makeSocketPair()
            let (other, another) = try makeSocketPair()
            let stream = try ByteStream(loop, adopting: ours)
            var received: [UInt8] = []
            stream.onRead = { received += $0 }
            stream.onEnd = { _ in loop.stop() }
            stream.startReading()
            let script = "[ -e /proc/self/fd/\(other) ] && echo leaked >&3; echo end >&3"
            _ = try ChildProcess(
                loop, executable: "/bin/sh", arguments: ["-c", script], environment: [:],
                descriptors: [-1, -1, -1, theirs]
            ) { _, _ in }
            for descriptor in [theirs, other, another] { closeDescriptor(descriptor) }
            loop.run()
            stream.close()
            loop.runUntilExit()
            #expect(String(decoding: received, as: UTF8.self) == "end\n")
        }
    }

    @Test func `a program that does not exist is refused with its name`() throws {
        try withLoop { loop in
            let error = try #require(throws: LoopError.self) {
                try ChildProcess(
                    loop, executable: "/no/such/program", arguments: [], environment: nil,
                    descriptors: []
                ) { _, _ in }
            }
            #expect(error.description.contains("/no/such/program"))
        }
    }
}

extension Loop {
    /// Drops the watch of a child that ends by itself.
    fileprivate func runUntilExit() {
        closeAllHandles()
    }
}
