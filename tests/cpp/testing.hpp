// What the C++ tests share: checks that say where they failed, a shell, files of known content. Works without exceptions.
#ifndef OCTOSTORE_TESTS_CPP_TESTING_HPP
#define OCTOSTORE_TESTS_CPP_TESTING_HPP

#include <octostore.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace testing {

inline int checks = 0;

inline void check(bool condition, std::string_view what) {
    ++checks;
    if (condition) return;
    std::cerr << "FAILED: " << what << std::endl;
    std::_Exit(1);
}

/// Each case gets a git repository of its own below the folder that the program was given.
inline std::filesystem::path root;

inline void sh(const std::filesystem::path &folder, const std::string &command) {
    check(std::system(("cd '" + folder.string() + "' && " + command).c_str()) == 0, command);
}

inline std::filesystem::path new_git(const std::string &name) {
    const auto folder = root / name;
    std::filesystem::create_directories(folder / "data");
    sh(folder, "git init -q -b main . && git config user.name A && git config user.email a@example.org");
    return folder;
}

inline void commit(const std::filesystem::path &folder, const std::string &message) {
    sh(folder, "git add -A . && git commit -qm '" + message + "' && test -z \"$(git status --porcelain)\"");
}

/// Bytes that do not compress, the same for the same seed.
inline std::string noise(unsigned seed, std::size_t size) {
    std::string bytes(size, '\0');
    for (char &byte : bytes) {
        seed = seed * 1664525u + 1013904223u;
        byte = static_cast<char>(static_cast<unsigned char>(seed >> 24));
    }
    return bytes;
}

inline void write(const std::filesystem::path &path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string read(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

#if OCTO_CPP_EXCEPTIONS
/// What a call throws, which must be an octo::Error of this code.
template <class Call, std::enable_if_t<std::is_invocable_v<Call>, int> = 0>
octo::Error fails(octo::Code code, Call &&call) {
    try {
        call();
    } catch (const octo::Error &error) {
        check(error.code() == code, std::string("expected ") + octo::name(code) + ", got: " + error.what());
        return error;
    }
    check(false, std::string("nothing was thrown; expected ") + octo::name(code));
    std::abort();
}
#endif

/// The error of a result that must have failed with this code.
template <class T>
octo::Error fails(octo::Code code, const octo::Result<T> &result) {
    check(!result, std::string("the call went well; expected ") + octo::name(code));
    check(result.error().code() == code, std::string("expected ") + octo::name(code) + ", got: " + result.error().what());
    return result.error();
}

struct Case {
    const char *name;
    void (*run)();
};

/// Runs the cases in the folder that is the program's argument.
template <std::size_t N>
int run(int argc, char **argv, const Case (&cases)[N]) {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " EMPTY-FOLDER\n";
        return 2;
    }
    root = argv[1];
    for (const Case &c : cases) {
        const int before = checks;
        c.run();
        std::cout << "ok " << c.name << " (" << checks - before << " checks)" << std::endl;
        check(checks > before, std::string(c.name) + " checked nothing");
    }
    std::cout << checks << " checks passed" << std::endl;
    return 0;
}

}  // namespace testing

#define CASE(name) testing::Case{#name, name}

#endif
