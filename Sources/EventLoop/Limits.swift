/// The bounds of this module, each with its reason.
enum Limits {
    /// Bytes read per callback: a Linux pipe's and a loopback segment's natural size.
    ///
    /// One such buffer serves a whole loop, because libuv fills it and hands it over without
    /// interleaving.
    static let readBufferByteCount = 65_536

    /// Connections that wait in the kernel for `accept`; more are refused by the kernel.
    static let listenBacklog: Int32 = 128

    /// `sockaddr_un.sun_path` has 108 bytes, one of which is the terminating zero.
    static let unixPathByteCount = 107

    /// More than the longest printed IPv6 address with its scope (INET6_ADDRSTRLEN is 46).
    static let hostNameByteCount = 64

    /// Linux keeps 15 bytes of a thread name.
    static let threadNameByteCount = 15

    /// Descriptors that a child may be given: the three standard ones and a handful of channels.
    static let childDescriptorCount = 64

    /// Bytes for the record of a user or group; one with thousands of members outgrows what the
    /// system suggests.
    static let accountByteCount = 262_144

    /// Supplementary groups of a process: the kernel's own bound (NGROUPS_MAX).
    static let groupCount = 65_536
}
