internal import CIntrinsics
internal import KernelTypes

/// target[i * stride] = values[i], rounded to half precision if `half`.
func storeElements(
    _ values: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer, stride: Int,
    half: Bool
) {
    var index = 0
    if half {
        let elements = target.assumingMemoryBound(to: Float16.self)
        while index < count {
            elements[index &* stride] = Float16(values[index])
            index &+= 1
        }
    } else {
        let elements = target.assumingMemoryBound(to: Float.self)
        while index < count {
            elements[index &* stride] = values[index]
            index &+= 1
        }
    }
}
