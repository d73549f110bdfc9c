import CLibuv
import Glibc

/// The signals that a process lets through.
public enum SignalMask {
    /// Lets every signal through, on this thread and those it starts.
    ///
    /// A program inherits its parent's mask, and some parents start programs with everything
    /// blocked: then SIGTERM would never arrive, and without SIGCHLD the end of a child would
    /// never be noticed. To be called before any other thread is started.
    public static func unblockAll() {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }
}
