// Messages: the protobuf messages of Proto/neurond/v1 as Swift types.
//
// What it is: generated code, committed so that a build needs neither protoc nor its plugin. Every
// other file of this module is written by Ops/generate-messages and is not edited; change the
// .proto file and run that. `Ops/generate-messages --check` fails when the two have drifted apart.
//
// What it must never know: anything of ours. It imports SwiftProtobuf and nothing else; turning a
// message into hooks, and back, is the business of HookMessages.
//
// Read first: `Neurond_V1_RequestOptions` (field 1 of every request), `Neurond_V1_End` (what ends
// every stream), `Neurond_V1_TensorInfo` (the labels of the tensor frames that follow a message).
