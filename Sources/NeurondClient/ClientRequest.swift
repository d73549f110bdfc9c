public import Messages
public import SwiftProtobuf
public import Wire

/// A request message that knows its method and its reply.
public protocol ClientRequest: SwiftProtobuf.Message, Sendable {
    /// The message that answers it.
    associatedtype Reply: SwiftProtobuf.Message & Sendable

    /// The method that takes it.
    static var method: Wire.Method { get }

    /// Deadline, request id and model.
    var options: Neurond_V1_RequestOptions { get set }
}

/// A reply that may be followed by tensors.
protocol TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { get }
    /// Which item the reply answers.
    var answeredItem: UInt32 { get }
}

extension Neurond_V1_CapabilitiesRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_CapabilitiesReply
    /// The method that takes it.
    public static var method: Wire.Method { .capabilities }
}

extension Neurond_V1_StatusRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_StatusReply
    /// The method that takes it.
    public static var method: Wire.Method { .status }
}

extension Neurond_V1_TokenizeRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_TokenizeReply
    /// The method that takes it.
    public static var method: Wire.Method { .tokenize }
}

extension Neurond_V1_DetokenizeRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_DetokenizeReply
    /// The method that takes it.
    public static var method: Wire.Method { .detokenize }
}

extension Neurond_V1_ForwardRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ForwardReply
    /// The method that takes it.
    public static var method: Wire.Method { .forward }
}

extension Neurond_V1_GenerateRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_GenerateReply
    /// The method that takes it.
    public static var method: Wire.Method { .generate }
}

extension Neurond_V1_ScoreRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ScoreReply
    /// The method that takes it.
    public static var method: Wire.Method { .score }
}

extension Neurond_V1_StatisticsRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_StatisticsReply
    /// The method that takes it.
    public static var method: Wire.Method { .statistics }
}

extension Neurond_V1_ProjectRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ProjectReply
    /// The method that takes it.
    public static var method: Wire.Method { .project }
}

extension Neurond_V1_ColumnsRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ColumnsReply
    /// The method that takes it.
    public static var method: Wire.Method { .columns }
}

extension Neurond_V1_ExplainRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ExplainReply
    /// The method that takes it.
    public static var method: Wire.Method { .explain }
}

extension Neurond_V1_PutObjectRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_PutObjectReply
    /// The method that takes it.
    public static var method: Wire.Method { .putObject }
}

extension Neurond_V1_ListObjectsRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_ListObjectsReply
    /// The method that takes it.
    public static var method: Wire.Method { .listObjects }
}

extension Neurond_V1_DropObjectRequest: ClientRequest {
    /// The message that answers it.
    public typealias Reply = Neurond_V1_DropObjectReply
    /// The method that takes it.
    public static var method: Wire.Method { .dropObject }
}

extension Neurond_V1_ForwardReply: TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { tensors }
    var answeredItem: UInt32 { item }
}

extension Neurond_V1_ScoreReply: TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { tensors }
    var answeredItem: UInt32 { item }
}

extension Neurond_V1_StatisticsReply: TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { group.tensors }
    var answeredItem: UInt32 { item.item }
}

extension Neurond_V1_ColumnsReply: TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { tensors }
    var answeredItem: UInt32 { 0 }
}

extension Neurond_V1_GenerateReply: TensorAnnouncing {
    var announcedTensors: [Neurond_V1_TensorInfo] { finished.tensors }
    var answeredItem: UInt32 { item }
}
