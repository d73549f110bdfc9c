import Testing

@testable import StrictJSON

@Suite struct ByteHelperTests {
    @Test func everyByteHasTwoDigitsThatReadBack() {
        for byte in UInt8.min...UInt8.max {
            let digits = Array(Hexadecimal.text([byte]).utf8)
            #expect(digits.count == 2)
            let values = digits.compactMap(Hexadecimal.value)
            #expect(values.count == 2 && values[0] << 4 | values[1] == byte)
        }
        #expect(Hexadecimal.text([0x00, 0xAB, 0x0F]) == "00ab0f")
    }

    @Test func onlyHexDigitsHaveAValue() {
        let found = (UInt8.min...UInt8.max).filter { Hexadecimal.value($0) != nil }
        #expect(String(decoding: found, as: UTF8.self) == "0123456789ABCDEFabcdef")
        #expect(Hexadecimal.value(UInt8(ascii: "F")) == 15)
    }

    @Test(
        arguments: [
            ([0x61, 0xC3, 0xA9], nil), ([0x61, 0xFF], 1), ([0xC3], 0), ([0xC0, 0x80], 0),
            ([0x61, 0xED, 0xA0, 0x80], 1), ([], nil),
        ] as [([UInt8], Int?)])
    func invalidUTF8IsFoundAtItsFirstByte(bytes: [UInt8], offset: Int?) {
        #expect(UTF8Check.firstInvalidOffset(in: bytes) == offset)
    }

    @Test(arguments: ["a", "é", "€", "😀", "\0"] as [Unicode.Scalar])
    func scalarsAreAppendedAsUTF8(_ scalar: Unicode.Scalar) {
        var bytes: [UInt8] = [0x2E]
        bytes.append(utf8Of: scalar)
        #expect(String(decoding: bytes, as: UTF8.self) == ".\(scalar)")
    }
}
