import Foundation
@testable import Octostore
import Testing

/// Errors: a code for each, with all that the library says.
@Suite struct ErrorTests {
    @Test func everyCodeOfTheLibraryHasACaseAndNoOther() {
        for code in ErrorCode.allCases {
            #expect(!code.name.isEmpty && Int32(code.name) == nil, "\(code.rawValue) is not one of the library's")
            #expect(code.summary.hasSuffix("."))
        }
        #expect(ErrorCode.storeNotAccepted.name == "store_not_accepted")
        #expect(ErrorCode.libraryCount == ErrorCode.allCases.count)
    }

    @Test func anErrorSaysWhatWhereAndWhatToDo() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = try #require(await failure { try Repo.open(folder) })
        #expect(error.code == .notARepository && error.code.rawValue == 2 && !error.retryable)
        #expect(error.message.contains(folder.path) && error.hint.contains("git init"))
        #expect(error.context["path"] == folder.path && error.facts.first?.key == "path")
        #expect(error.description == "\(error.message)\n\(error.hint)" && error.localizedDescription == error.message)
    }

    @Test func failuresHaveTheirCodes() async throws {
        let f = try await Fixture()
        let repo = f.repo
        #expect(await failure { try await repo.add(["data/none"]) }?.code == .notFound)
        #expect(await failure { try repo.track(["!x"]) }?.code == .invalidArgument)
        #expect(await failure { try await repo.setStore("ftp://x/y") }?.code == .storeUrlInvalid)
        #expect(await failure { try await repo.openFile("data/x", at: "no-such-rev") }?.code == .notFound)
        #expect(await failure { try await repo.openFile(RepoPath(bytes: [0x61, 0])) }?.code == .invalidArgument)
        try f.write("code.py", Data("pass\n".utf8))
        #expect(await failure { try await repo.add(["code.py"]) }?.code == .notTracked)
        try await f.commit("data/unpushed", noise(1000))
        #expect(await failure { try await repo.drop(["data/unpushed"]) }?.code == .notPushed)
        try FileManager.default.createSymbolicLink(atPath: f.work.path + "/data/link", withDestinationPath: "unpushed")
        #expect(await failure { try await repo.add(["data/link"]) }?.code == .unsupportedPath)
        try f.write("data/broken", Data("octostore 1\noid blake3:zz\n".utf8))
        #expect(await failure { try await repo.add(["data/broken"]) }?.code == .pointerInvalid)
        try f.write("data/broken", Data("octostore 9\noid x\n".utf8))
        #expect(await failure { try await repo.add(["data/broken"]) }?.code == .versionTooNew)
        let url = try #require(URL(string: "https://example.org/x"))
        #expect(await failure { try Repo.open(url) } != nil)
    }

    @Test func aForeignFolderIsNoStore() async throws {
        let f = try await Fixture()
        let photos = f.folder.appendingPathComponent("photos")
        try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
        try Data("meow".utf8).write(to: photos.appendingPathComponent("cat.jpg"))
        let error = try #require(await failure { try await f.repo.setStore(photos.path) })
        #expect(error.code == .storeForeign && error.message.contains("cat.jpg"))
        #expect(try f.repo.store?.url.hasSuffix("/store") == true)
    }

    @Test func whatIsClosedOrGivenAwaySaysSo() async throws {
        let f = try await Fixture()
        try await f.commit("data/t.csv", Data("n\n1\n2\n".utf8))
        let file = try await f.repo.openFile("data/t.csv")
        file.close()
        file.close()
        #expect(file.size == 6)
        let error = try #require(await failure { try await file.read(at: 0, count: 1) })
        #expect(error.code == .invalidArgument && error.message.contains("closed"))
        let rows = try await f.repo.readRows("data/t.csv")
        rows.close()
        #expect(await failure { try rows.next() }?.code == .invalidArgument)
        let stream = try await f.repo.readRows("data/t.csv").stream()
        #expect(try Table(stream).rows == 2)
        #expect(await failure { try stream.next() }?.code == .invalidArgument)
        #expect(await failure { try Table(stream) }?.code == .invalidArgument)
    }
}
