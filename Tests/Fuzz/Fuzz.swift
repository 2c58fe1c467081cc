internal import CLibFuzzer
internal import FuzzTargets

/// `Fuzz --target=NAME …`: libFuzzer on one target, with its own options. `Fuzz` alone lists the targets.
@main enum Fuzz {
    private static let option = "--target="
    /// With two dashes, which libFuzzer passes on to the processes that it starts, and does not take for its own.
    fileprivate static let target = CommandLine.arguments.first { $0.hasPrefix(option) }.flatMap { argument in
        FuzzTarget.all.first { $0.name == argument.dropFirst(option.count) }
    }

    static func main() {
        guard target != nil else {
            print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
            return
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments, tryBytes)
    }
}

/// The name that libFuzzer links against.
@_cdecl("LLVMFuzzerTestOneInput")
func tryBytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try Fuzz.target?.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
