import ArgumentParser

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replace the master key, which encrypts the secrets in the database.",
        discussion: """
            Example:  yizhan keys generate                                    a new key
                      YIZHAN_MASTER_KEY=old,new for every relay, then new,old
                      yizhan keys rotate                                      with YIZHAN_MASTER_KEY=new,old
                      yizhan keys status && echo "the old key is not needed any more"

            Restart the relays one after the other for each step: all of them can read before anybody writes with the new \
            key. docs/operating.md has every step.
            """,
        subcommands: [KeysStatus.self, KeysRotate.self, KeysGenerate.self])
}
