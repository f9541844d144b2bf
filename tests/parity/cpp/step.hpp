// A step of the scenario, and the line that answers it.
#ifndef STEP_HPP
#define STEP_HPP

#include <octostore.hpp>

#include <charconv>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

inline std::string dir;

inline std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
    return text;
}

inline std::string decode(std::string_view text) {
    std::string out;
    for (std::size_t n = 0; n < text.size(); ++n) {
        unsigned byte = 0;
        if (text[n] == '%' && n + 2 < text.size() &&
            std::from_chars(text.data() + n + 1, text.data() + n + 3, byte, 16).ec == std::errc()) {
            out += static_cast<char>(byte);
            n += 2;
        } else {
            out += text[n];
        }
    }
    return out;
}

/// A step of the scenario.
struct Step {
    std::string verb;
    std::vector<std::pair<std::string, std::string>> words;

    explicit Step(const std::string &line) {
        std::size_t at = line.find(' ');
        verb = line.substr(0, at);
        while (at != std::string::npos) {
            const std::size_t end = line.find(' ', at + 1);
            const std::string word = line.substr(at + 1, end == std::string::npos ? end : end - at - 1);
            const std::size_t equals = word.find('=');
            const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
            words.emplace_back(word.substr(0, equals), decode(replace_all(value, "$DIR", dir)));
            at = end;
        }
    }
    std::optional<std::string> text(std::string_view key) const {
        for (const auto &[k, value] : words)
            if (k == key) return value;
        return std::nullopt;
    }
    std::string need(std::string_view key) const { return text(key).value_or(""); }
    std::uint64_t number(std::string_view key) const {
        const std::string digits = need(key);
        return digits.empty() ? 0 : std::stoull(digits);
    }
    double fraction(std::string_view key) const {
        const std::string digits = need(key);
        return digits.empty() ? 0 : std::stod(digits);
    }
    std::vector<std::string> texts(std::string_view key) const {
        std::vector<std::string> all;
        for (const auto &[k, value] : words)
            if (k == key) all.push_back(value);
        return all;
    }
};

/// The line that a step prints.
struct Said {
    std::string line;

    Said &word(std::string_view key, std::string_view value) {
        line += " " + std::string(key) + "=";
        while (!value.empty()) {
            if (value.substr(0, dir.size()) == dir) {
                line += "$DIR";
                value.remove_prefix(dir.size());
                continue;
            }
            const auto byte = static_cast<unsigned char>(value[0]);
            if (byte >= '!' && byte <= '~' && byte != '%') {
                line += value[0];
            } else {
                const char digits[] = "0123456789ABCDEF";
                line += {'%', digits[byte >> 4], digits[byte & 15]};
            }
            value.remove_prefix(1);
        }
        return *this;
    }
    template <class List>
    void words(std::string_view key, const List &list) {
        for (const auto &value : list) word(key, value);
    }
    Said &number(std::string_view key, std::uint64_t n) { return word(key, std::to_string(n)); }
    Said &flag(std::string_view key, bool yes) { return word(key, yes ? "true" : "false"); }
    void failed(const octo::Error &e) {
        word("error", octo::name(e.code())).word("code", std::to_string(static_cast<int>(e.code())));
        flag("retryable", e.retryable()).word("message", e.message()).word("hint", e.hint());
        for (const auto &[key, value] : e.context()) word("context", key + ":" + value);
    }
};

inline octo::Error missing(const std::string &what) {
    return octo::Error(octo::Code::invalid_argument, "the scenario has no " + what);
}

inline std::string fnv(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    return digits;
}

/// The call, or the same without waiting where the scenario says so.
template <class Now, class Later>
auto call(const Step &step, Now now, Later later) {
    return step.number("async") == 1 ? later().get() : now();
}

#endif
