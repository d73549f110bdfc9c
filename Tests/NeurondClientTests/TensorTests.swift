import FakeDaemon
import Messages
import Testing
import Wire

@testable import NeurondClient

@Suite(.timeLimit(.minutes(10))) struct TensorTests {
    private static func info(_ name: String, _ type: Neurond_V1_DataType) -> Neurond_V1_TensorInfo {
        var info = Neurond_V1_TensorInfo()
        info.name = name
        info.type = type
        info.shape = [2, 3]
        info.positions = [0, 1]
        info.tokens = [5, 6]
        return info
    }

    private static func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
        values.withUnsafeBytes { Array($0) }
    }

    private func tensor(_ type: ElementType, _ data: [UInt8], shape: [Int] = [2, 3]) -> Tensor {
        Tensor(
            ReceivedTensor(
                descriptor: TensorDescriptor(name: "t", type: type, shape: shape, item: 3),
                data: data),
            info: Self.info("t", .f32))
    }

    @Test func everyTypeReadsAsFloat() {
        let expected: [Float] = [0, 1, 2, -3, 4, 5]
        #expect(tensor(.float32, Self.bytes(expected)).values == expected)
        #expect(tensor(.float16, Self.bytes(expected.map { Float16($0) })).values == expected)
        #expect(tensor(.float64, Self.bytes(expected.map { Double($0) })).values == expected)
        #expect(tensor(.int32, Self.bytes(expected.map { Int32($0) })).values == expected)
        #expect(tensor(.int64, Self.bytes(expected.map { Int64($0) })).values == expected)
        #expect(tensor(.uint8, [0, 1, 2, 3, 4, 5]).values == [0, 1, 2, 3, 4, 5])
    }

    @Test func rowsAreLabelled() {
        let tensor = tensor(.uint8, [0, 1, 2, 3, 4, 5])
        #expect(tensor.rowCount == 2)
        #expect(tensor[row: 1] == [3, 4, 5])
        #expect(tensor.labels[1] == Tensor.RowLabel(item: 3, position: 1, token: 6))
    }

    @Test func scalarsAndEmptyTensorsHaveASize() {
        #expect(tensor(.uint8, [9], shape: []).values == [9])
        #expect(tensor(.uint8, [], shape: [0, 7]).values.isEmpty)
    }

    /// Two items, the second with a tensor of several frames.
    @Test func itemsComeWithTheirTensors() async throws {
        let large = [UInt8](repeating: 3, count: 700_000)
        let daemon = try FakeDaemon { _ in
            var first = Neurond_V1_ForwardReply()
            first.tensors = [Self.info("a", .f32), Self.info("b", .u8)]
            var second = Neurond_V1_ForwardReply()
            second.item = 1
            second.tensors = [Self.info("c", .u8)]
            return [
                .reply(first),
                .tensor(
                    TensorDescriptor(name: "a", type: .float32, shape: [2]),
                    Self.bytes([Float(1), 2])),
                .tensor(TensorDescriptor(name: "b", type: .uint8, shape: [1]), [4]),
                .reply(second),
                .tensor(
                    TensorDescriptor(name: "c", type: .uint8, shape: [700_000], item: 1), large),
                .ok,
            ]
        }
        defer { daemon.stop() }
        let client = try await Client.connect(to: daemon.address)
        defer { client.close() }
        let complete = try await client.answers(to: Neurond_V1_ForwardRequest()).collect()
        #expect(complete.answers.map { $0.tensors.map(\.name) } == [["a", "b"], ["c"]])
        #expect(complete.answers[0].tensors[0].values == [1, 2])
        #expect(complete.answers[1].tensors[0].bytes == large)
        #expect(complete.answers[1].tensors[0].item == 1)
    }

    @Test func tensorsThatWereNotAnnouncedAreRefused() async throws {
        let daemon = try FakeDaemon { _ in
            [
                .reply(Neurond_V1_ForwardReply()),
                .tensor(TensorDescriptor(name: "a", type: .uint8, shape: [1]), [1]), .ok,
            ]
        }
        defer { daemon.stop() }
        let client = try await Client.connect(to: daemon.address)
        defer { client.close() }
        let error = await #expect(throws: NeurondError.self) {
            try await client.forward(.init(text: "x"))
        }
        #expect(error?.reason == "MALFORMED_REPLY")
    }

    @Test func missingTensorsAreRefused() async throws {
        let daemon = try FakeDaemon { _ in
            var reply = Neurond_V1_ForwardReply()
            reply.tensors = [Self.info("a", .f32)]
            return [.reply(reply), .ok]
        }
        defer { daemon.stop() }
        let client = try await Client.connect(to: daemon.address)
        defer { client.close() }
        await #expect(throws: NeurondError.self) { try await client.forward(.init(text: "x")) }
    }
}
