#include "table.hpp"

#include <cstdio>
#include <ctime>

namespace {

template <class T>
T at(const ArrowArray &column, std::size_t row) {
    return static_cast<const T *>(column.buffers[1])[static_cast<std::size_t>(column.offset) + row];
}

bool bit(const void *bits, std::size_t n) { return (static_cast<const std::uint8_t *>(bits)[n / 8] >> (n % 8) & 1) != 0; }

bool is_null(const ArrowArray &column, std::size_t row) {
    return column.null_count != 0 && column.n_buffers > 0 && column.buffers[0] != nullptr &&
           !bit(column.buffers[0], static_cast<std::size_t>(column.offset) + row);
}

template <class Offset>
std::string_view text_at(const ArrowArray &column, std::size_t row) {
    const auto begin = at<Offset>(column, row), end = at<Offset>(column, row + 1);
    return {static_cast<const char *>(column.buffers[2]) + begin, static_cast<std::size_t>(end - begin)};
}

bool is_date(std::string_view format) { return format == "tdD"; }
bool is_time(std::string_view format) { return format.substr(0, 2) == "ts" || format.substr(0, 2) == "tt" || format == "tdm"; }

bool less(const Cell &a, const Cell &b) {
    if (const auto *whole = std::get_if<std::int64_t>(&a)) return *whole < std::get<std::int64_t>(b);
    return std::get<double>(a) < std::get<double>(b);
}

}  // namespace

Cell cell_at(std::string_view format, const ArrowArray &column, std::size_t row) {
    if (format.empty() || is_null(column, row)) return {};
    if (is_date(format)) return static_cast<std::int64_t>(at<std::int32_t>(column, row));
    if (is_time(format)) return at<std::int64_t>(column, row);
    if (format.size() > 1) return {};
    switch (format[0]) {
        case 'c': return static_cast<std::int64_t>(at<std::int8_t>(column, row));
        case 'C': return static_cast<std::int64_t>(at<std::uint8_t>(column, row));
        case 's': return static_cast<std::int64_t>(at<std::int16_t>(column, row));
        case 'S': return static_cast<std::int64_t>(at<std::uint16_t>(column, row));
        case 'i': return static_cast<std::int64_t>(at<std::int32_t>(column, row));
        case 'I': return static_cast<std::int64_t>(at<std::uint32_t>(column, row));
        case 'l': return at<std::int64_t>(column, row);
        case 'L': return static_cast<double>(at<std::uint64_t>(column, row));
        case 'f': return static_cast<double>(at<float>(column, row));
        case 'g': return at<double>(column, row);
        case 'b': return static_cast<std::int64_t>(bit(column.buffers[1], static_cast<std::size_t>(column.offset) + row));
        case 'u': return text_at<std::int32_t>(column, row);
        case 'U': return text_at<std::int64_t>(column, row);
        default: return {};
    }
}

std::string text_of(std::string_view format, const Cell &cell) {
    if (const auto *text = std::get_if<std::string_view>(&cell)) return std::string(*text);
    char digits[64] = "";
    if (const auto *real = std::get_if<double>(&cell)) std::snprintf(digits, sizeof digits, "%.10g", *real);
    if (const auto *whole = std::get_if<std::int64_t>(&cell)) {
        const auto seconds = static_cast<std::time_t>(*whole * 86400);
        std::tm day{};
        if (format == "b") return *whole ? "true" : "false";
        if (is_date(format) && gmtime_r(&seconds, &day)) std::strftime(digits, sizeof digits, "%Y-%m-%d", &day);
        else std::snprintf(digits, sizeof digits, "%lld", static_cast<long long>(*whole));
    }
    return digits;
}

std::string type_name(std::string_view format) {
    if (is_date(format)) return "date";
    if (is_time(format)) return "time";
    static const std::pair<char, const char *> names[] = {
        {'c', "int8"},   {'C', "uint8"},  {'s', "int16"}, {'S', "uint16"}, {'i', "int32"}, {'I', "uint32"}, {'l', "int64"},
        {'L', "uint64"}, {'f', "float"}, {'g', "double"}, {'b', "bool"},   {'u', "text"},  {'U', "text"},   {'n', "null"}};
    for (const auto &[letter, name] : names)
        if (format.size() == 1 && format[0] == letter) return name;
    return std::string(format);
}

void ColumnStatistics::take(const Cell &cell) {
    if (std::holds_alternative<std::monostate>(cell)) {
        ++nulls;
        return;
    }
    ++count;
    if (const auto *text = std::get_if<std::string_view>(&cell)) take_text(*text);
    else take_number(cell);
}

void ColumnStatistics::take_text(std::string_view text) {
    if (!least_text || text < *least_text) least_text = text;
    if (!most_text || text > *most_text) most_text = text;
}

void ColumnStatistics::take_number(const Cell &cell) {
    if (std::holds_alternative<std::monostate>(least) || less(cell, least)) least = cell;
    if (std::holds_alternative<std::monostate>(most) || less(most, cell)) most = cell;
    // The mean of days means nothing.
    if (is_date(format) || is_time(format)) return;
    const auto *whole = std::get_if<std::int64_t>(&cell);
    sum += whole ? static_cast<double>(*whole) : std::get<double>(cell);
    ++numbers;
}

Statistics statistics_of(octo::Rows rows) {
    Statistics found;
    const octo::Schema schema = rows.schema();
    found.columns.resize(schema.columns());
    for (std::size_t c = 0; c < schema.columns(); ++c) {
        found.columns[c].name = schema.name(c);
        found.columns[c].format = schema.format(c);
    }
    for (const octo::Batch &batch : rows) {
        found.rows += batch.rows();
        for (std::size_t c = 0; c < batch.columns(); ++c)
            for (std::size_t row = 0; row < batch.rows(); ++row)
                found.columns[c].take(cell_at(found.columns[c].format, batch.column(c), row));
    }
    return found;
}

std::vector<std::vector<std::string>> texts_of(octo::Rows rows) {
    const octo::Schema schema = rows.schema();
    std::vector<std::vector<std::string>> texts(1);
    for (std::size_t c = 0; c < schema.columns(); ++c) texts[0].emplace_back(schema.name(c));
    for (const octo::Batch &batch : rows) {
        for (std::size_t row = 0; row < batch.rows(); ++row) {
            auto &line = texts.emplace_back();
            for (std::size_t c = 0; c < batch.columns(); ++c)
                line.push_back(text_of(schema.format(c), cell_at(schema.format(c), batch.column(c), row)));
        }
    }
    return texts;
}
