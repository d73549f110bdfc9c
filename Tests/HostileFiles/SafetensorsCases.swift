extension HostileCase {
    private static let group = "safetensors"

    /// Headers, shapes and places of tensors.
    static let safetensors = lengths + texts + offsets + shapes + sound

    private static func file(
        _ name: String, _ bytes: [UInt8], _ outcome: Outcome
    ) -> HostileCase {
        HostileCase(
            group, name, [.file("hostile.safetensors", bytes)], opened: "hostile.safetensors",
            outcome)
    }

    /// A file with one tensor of two floats, members appended to the header.
    private static func tensor(
        _ name: String, dtype: String = "\"F32\"", shape: String = "[2]",
        offsets: String = "[0,8]", extra: String = "", data: Int = 8, _ parts: String...
    ) -> HostileCase {
        let header = safetensorsHeader(
            dtype: dtype, shape: shape, offsets: offsets, extra: extra)
        return file(name, safetensorsFile(header, data: data), .refused(parts))
    }

    private static let lengths: [HostileCase] =
        ([0, 1, 1_000, 1 << 40, 1 << 63, .max, .max - 7] as [UInt64]).map { length in
            file(
                "header of \(length) bytes", littleEndian(length) + Array("{}".utf8),
                .refused(["header length"]))
        } + [file("seven bytes", [2, 0, 0, 0, 0, 0, 0], .refused(["header length"]))]

    private static let texts: [HostileCase] =
        ["[]", "{", "nonsense", "{\"a\":NaN}", "{}{}", "{\"a\":01}"].map { text in
            file("header \(text)", safetensorsFile(text, data: 0), .refused(["header"]))
        } + [
            file(
                "header not UTF-8", littleEndian(UInt64(3)) + [0x22, 0xFF, 0x22],
                .refused(["header", "UTF-8"])),
            file(
                "header 100,000 deep",
                safetensorsFile(String(repeating: "[", count: 100_000), data: 0),
                .refused(["nested deeper"])),
            file(
                "header of a million numbers in lists of their own",
                safetensorsFile(
                    "{\"a\":[" + String(repeating: "[0],", count: 1_000_000) + "0]}", data: 0),
                .refused(["header", "values"])),
            file(
                "header of a million objects",
                safetensorsFile(
                    "{\"a\":[" + String(repeating: "{\"\":0},", count: 1_000_000) + "0]}", data: 0),
                .refused(["header", "values"])),
            file(
                "header of 13 MB",
                safetensorsFile(
                    "{\"__metadata__\":{\"a\":\"" + String(repeating: "x", count: 13 << 20)
                        + "\"}}",
                    data: 0), .refused(["header length"])),
            tensor(
                "duplicate name",
                extra: ",\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
                "occurs twice"),
            tensor("tensor that is a number", extra: ",\"u\":3", "\"u\"", "an integer"),
            tensor(
                "metadata that is a number", extra: ",\"__metadata__\":{\"a\":1}", "__metadata__",
                "a string"),
            tensor("metadata that is a list", extra: ",\"__metadata__\":[]", "__metadata__"),
        ]

    private static let offsets: [HostileCase] = [
        tensor("offsets reversed", offsets: "[8,0]", "\"t\"", "data_offsets"),
        tensor("offset negative", offsets: "[-8,0]", "\"t\"", "data_offsets"),
        tensor("offsets with fractions", offsets: "[0.0,8.0]", "\"t\"", "data_offsets"),
        tensor(
            "offset above 2^64", offsets: "[0,18446744073709551624]", "\"t\"", "data_offsets"),
        tensor("offset 2^63 - 1", offsets: "[0,9223372036854775807]", "\"t\"", "data_offsets"),
        tensor("one offset", offsets: "[0]", "\"t\"", "data_offsets"),
        tensor("three offsets", offsets: "[0,4,8]", "\"t\"", "data_offsets"),
        tensor("past the end", offsets: "[0,12]", "\"t\"", "data_offsets"),
        tensor(
            "overlap", extra: ",\"u\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}",
            "\"u\"", "overlaps"),
        tensor(
            "hole", extra: ",\"u\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}",
            data: 16, "\"u\"", "hole"),
        tensor("not from 0", shape: "[1]", offsets: "[4,8]", "\"t\"", "hole"),
        tensor("bytes after the last tensor", data: 12, "4 bytes follow"),
        tensor("missing bytes", data: 7, "\"t\"", "data_offsets"),
    ]

    private static let shapes: [HostileCase] = [
        tensor("shape of more bytes", shape: "[3]", "\"t\"", "takes 12 bytes"),
        tensor("dimension negative", shape: "[2,-1]", "\"t\"", "shape"),
        tensor("dimension with a fraction", shape: "[2.0]", "\"t\"", "shape"),
        tensor("dimension above 2^64", shape: "[18446744073709551618]", "\"t\"", "shape"),
        tensor(
            "product that wraps to 0", shape: "[4294967296,4294967296]", offsets: "[0,8]",
            "out of range"),
        tensor("bytes that wrap", shape: "[4611686018427387904,2]", "\"t\"", "out of range"),
        tensor("shape that is a number", shape: "2", "\"t\"", "shape"),
        tensor("unknown type", dtype: "\"I9\"", "\"t\"", "\"I9\"", "F32"),
        tensor(
            "unknown type with a bad offset", dtype: "\"I9\"", offsets: "[0,9]", "\"t\"",
            "data_offsets"),
        tensor("type that is a number", dtype: "3", "\"t\"", "dtype"),
        tensor("end inside a byte", dtype: "\"F4\"", shape: "[15]", "inside a byte"),
    ]

    private static let sound: [HostileCase] = [
        file(
            "white space before and after the header",
            safetensorsFile(" \n" + safetensorsHeader() + "  \n ", data: 8), .read),
        file(
            "data at an odd place", safetensorsFile(safetensorsHeader() + " ", data: 8), .read),
        file(
            "empty tensor",
            safetensorsFile(
                safetensorsHeader(
                    extra: ",\"e\":{\"dtype\":\"F32\",\"shape\":[0,9],\"data_offsets\":[8,8]}"),
                data: 8), .read),
        file("no tensors", safetensorsFile("{}", data: 0), .read),
        file(
            "metadata of 11 MB",
            safetensorsFile(
                "{\"__metadata__\":{\"a\":\"" + String(repeating: "x", count: 11 << 20) + "\"}}",
                data: 0), .read),
    ]
}

/// The bytes of a safetensors file with this header and so many bytes of data.
package func safetensorsFile(_ header: String, data: Int) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
        + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

/// A header with one tensor of two floats and members appended.
package func safetensorsHeader(
    dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]",
    extra: String = ""
) -> String {
    "{\"t\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}\(extra)}"
}
