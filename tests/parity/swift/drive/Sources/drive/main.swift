// Plays the scenario through the Swift API. tests/parity/README.md says what it prints.
//
//     drive SCENARIO DIR

import Foundation
import Octostore

guard CommandLine.arguments.count == 3, let text = try? String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8) else {
    print("usage: drive SCENARIO DIR")
    exit(2)
}
let dir = CommandLine.arguments[2]
let driver = Driver()
let steps = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
for (n, line) in steps.enumerated() {
    let step = Step(line: String(line), dir: dir)
    let call = Call(step)
    var said = Said(dir: dir, line: "\(n + 1) \(step.verb)")
    do {
        try driver.play(step, call, dir: dir, &said)
    } catch let error as OctostoreError {
        said = Said(dir: dir, line: "\(n + 1) \(step.verb)")
        said.failed(error)
    }
    if step.wantsProgress { said.word("progress", call.heard) }
    FileHandle.standardOutput.write(Data((said.line + "\n").utf8))
}
