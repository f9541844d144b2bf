import Foundation
import Octostore
import Testing

/// The first story in Swift, against real git and a store in a local folder.
@Suite struct StoryTests {
    @Test func twoVersionsAndARangeOfTheOldOne() async throws {
        let f = try await Fixture()
        let (old, new) = (noise(400_000), noise(300_000, seed: 2))
        try await f.commit("data/x.bin", old)
        try await f.commit("data/x.bin", new)
        #expect(try git(f.work, "status", "--porcelain") == "")
        let file = try await f.repo.openFile("data/x.bin", at: "HEAD~1")
        #expect(file.size == 400_000)
        #expect(try await file.read(at: 123_456, count: 70_000) == old[123_456..<193_456])
        #expect(try await file.read(at: 399_995, count: 100) == old.suffix(5))
        #expect(try await file.read(at: 1 << 40, count: 100) == Data())
        #expect(try f.repo.log("data/x.bin").map(\.subject) == ["a version", "a version"])
        #expect(try f.repo.log("data/x.bin", limit: 1).count == 1)
        let entry = try #require(try f.repo.ls(at: "HEAD").first)
        #expect(entry.path == "data/x.bin" && entry.pointer.size == 300_000 && entry.pointer.oid.hasPrefix("blake3:"))
    }

    @Test func pushCloneDropPull() async throws {
        let f = try await Fixture()
        let data = noise(500_000)
        try await f.commit("data/x.bin", data)
        let before = try #require(try await f.repo.status().first)
        #expect(before.state == .present && before.cached && !before.pushed && !before.staged)
        let pushed = try await f.repo.push()
        #expect(pushed.files == 1 && pushed.uploadedBytes > 500_000)
        let other = f.folder.appendingPathComponent("other").path
        let clone = try await Repo.clone(f.work.path, to: f.folder.appendingPathComponent("clone"), data: .none, copyTo: other)
        let store = try #require(try clone.store)
        #expect(store.localOnly && store.accepted && store.conditionalWrites == true)
        #expect(try await clone.status().map(\.state) == [.pointer])
        #expect(try await clone.pull(["*.bin"]).bytes == 500_000)
        let file = f.folder.appendingPathComponent("clone/data/x.bin")
        #expect(try Data(contentsOf: file) == data)
        let resolved = try await clone.resolve("data/x.bin")
        #expect(resolved.local?.url.path == file.path)
        #expect(resolved.ranges.map(\.length).reduce(0, +) == 500_000)
        #expect(try await clone.drop(["data/x.bin"]).freedBytes >= 500_000)
        #expect(try git(f.folder.appendingPathComponent("clone"), "status", "--porcelain") == "")
        let report = try await clone.fsck(store: true)
        #expect(report.problems == [] && report.packs > 0)
    }

    @Test func aFileIsReadInPiecesWithoutAPull() async throws {
        let f = try await Fixture()
        let data = noise(3_000_000)
        try await f.commit("data/x.bin", data)
        let file = try await f.repo.openFile("data/x.bin")
        var (whole, pieces) = (Data(), 0)
        for try await piece in file.chunks(of: 1_000_001) {
            whole += piece
            pieces += 1
        }
        #expect(whole == data && pieces == 3)
        var part = Data()
        for try await piece in file.chunks(of: 1000, in: 2_999_000..<9_000_000) { part += piece }
        #expect(part == data.suffix(1000))
    }

    @Test func aReadWritesWhereTheCallerSays() async throws {
        let f = try await Fixture()
        let data = noise(2_000_000)
        try await f.commit("data/x.bin", data)
        let file = try await f.repo.openFile("data/x.bin")
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_000_010, alignment: 1)
        defer { room.deallocate() }
        room.initializeMemory(as: UInt8.self, repeating: 0xAA)
        let inner = UnsafeMutableRawBufferPointer(rebasing: room[5..<1_000_005])
        #expect(try file.read(at: 777, into: inner) == 1_000_000)
        #expect(Data(inner) == data[777..<1_000_777])
        #expect(room.prefix(5).allSatisfy { $0 == 0xAA } && room.suffix(5).allSatisfy { $0 == 0xAA })
        #expect(try file.read(at: 0, into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0)
    }

    @Test func namesOfAnyBytesComeBack() async throws {
        let f = try await Fixture()
        let names: [[UInt8]] = [
            Array("data/a b".utf8), Array("data/new\nline".utf8), Array("data/".utf8) + [0xFF, 0xFE], Array("data/ä".utf8),
        ]
        let top = try f.repo.workDir.bytes
        for name in names {
            // Foundation's file names are text; the system's are bytes.
            let path = (top + [0x2F] + name).map { CChar(bitPattern: $0) } + [0]
            let handle = try #require(fopen(path, "w"))
            name.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, handle) }
            fclose(handle)
        }
        try await f.repo.add()
        #expect(Set(try f.repo.ls().map(\.path.bytes)) == Set(names))
        for name in names {
            let path = RepoPath(bytes: name)
            #expect(try await f.repo.openFile(path, at: "").read(at: 0, count: 100) == Data(name))
            #expect(path.string == nil || path.string == path.description)
        }
        #expect(RepoPath(bytes: names[2]).string == nil && RepoPath(bytes: names[2]).description.contains("\u{FFFD}"))
        let local = LocalPath(bytes: top + [0x2F] + names[2])
        #expect(try f.repo.pathFrom(local) == RepoPath(bytes: names[2]))
        #expect(try f.repo.pathFrom(f.work.appendingPathComponent("data/ä")) == "data/ä")
    }

    @Test func trackedPatternsComeAndGo() async throws {
        let f = try await Fixture()
        #expect(try f.repo.track(["*.bin", "data/"]) == ["*.bin"])
        #expect(try f.repo.untrack(["*.bin"]) == ["*.bin"])
    }

    @Test func aStoreIsCopiedSetAndAccepted() async throws {
        let f = try await Fixture()
        try await f.commit("data/x.bin", noise(100_000))
        try await f.repo.push(all: true)
        let copy = f.folder.appendingPathComponent("copy").path
        #expect(try await f.repo.copyStore(to: copy).bytes > 100_000)
        #expect(try await f.repo.setStore(copy).url == "file://\(copy)")
        try f.repo.acceptStore("file://\(f.store)")
        #expect(try f.repo.store?.url == "file://\(copy)")
    }
}
