// Build: what this build calls itself, once for all programs.
//
// What it is: one constant. What it must never know: anything else.
//
// Read first: `Build`.

/// What this build calls itself.
public enum Build {
    /// The version; stated by `--version`, in HELLO, capabilities, status and every answer's
    /// provenance.
    public static let version = "0.1.0"
}
