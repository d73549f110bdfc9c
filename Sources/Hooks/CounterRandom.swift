#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random numbers as a pure function of their coordinates: Philox-4x32-10.
///
/// Noise must not depend on batch, thread, chunking or order, so there is no generator state: the
/// key is the seed, the counter is where the number is used. Source: Salmon et al., "Parallel
/// random numbers: as easy as 1, 2, 3", SC 2011.
public enum CounterRandom {
    /// One Philox-4x32-10 block.
    public static func block(
        key: (UInt32, UInt32), counter: (UInt32, UInt32, UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var key = key
        var counter = counter
        for _ in 0..<10 {
            let first = UInt64(0xD251_1F53) &* UInt64(counter.0)
            let second = UInt64(0xCD9E_8D57) &* UInt64(counter.2)
            counter = (
                UInt32(truncatingIfNeeded: second >> 32) ^ counter.1 ^ key.0,
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter.3 ^ key.1,
                UInt32(truncatingIfNeeded: first)
            )
            key.0 = key.0 &+ 0x9E37_79B9
            key.1 = key.1 &+ 0xBB67_AE85
        }
        return counter
    }

    /// Two uniform numbers in (0, 1): (word + ½) · 2⁻³² of the block's first two words, exact in
    /// double precision, never 0 or 1.
    public static func uniform(
        seed: UInt64, coordinates: (UInt32, UInt32, UInt32, UInt32)
    ) -> (Double, Double) {
        let key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let words = block(key: key, counter: coordinates)
        return ((Double(words.0) + 0.5) * 0x1p-32, (Double(words.1) + 0.5) * 0x1p-32)
    }

    /// A standard normal number by the Box–Muller transform: √(−2 ln u₀) · cos(2π u₁), in double
    /// precision, rounded to `Float`.
    public static func normal(
        seed: UInt64, coordinates: (UInt32, UInt32, UInt32, UInt32)
    ) -> Float {
        let (first, second) = uniform(seed: seed, coordinates: coordinates)
        return Float((-2 * log(first)).squareRoot() * cos(2 * .pi * second))
    }

    /// Coordinates of the action `noise`: (element of the unit, unit, position, site and layer).
    public static func noiseCoordinates(
        site: Site, position: Int, unit: Int, element: Int
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        (
            UInt32(truncatingIfNeeded: element), UInt32(truncatingIfNeeded: unit),
            UInt32(truncatingIfNeeded: position), siteCode(site)
        )
    }

    /// Coordinates of the action `value-noise`: (dimension, neuron, 0xFFFFFFFF, site and layer);
    /// no position, since it stands for an edit of the weights.
    public static func valueNoiseCoordinates(
        layer: Int, neuron: Int, dimension: Int
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        (
            UInt32(truncatingIfNeeded: dimension), UInt32(truncatingIfNeeded: neuron),
            UInt32.max, siteCode(Site(.mlpAct, layer: layer))
        )
    }

    /// The site's place in the forward pass in the upper half, the layer in the lower.
    static func siteCode(_ site: Site) -> UInt32 {
        let index = SiteKind.allCases.firstIndex(of: site.kind) ?? 0
        return UInt32(truncatingIfNeeded: index << 16 | site.layer & 0xFFFF)
    }
}
