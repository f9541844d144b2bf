// Cells of Arrow batches, and what there is to say about columns: counts, nulls, least, most, mean.
#ifndef PANEL_TABLE_HPP
#define PANEL_TABLE_HPP

#include <octostore.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A cell: nothing (null), a number, or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string_view>;

/// The cell of a column; `format` is the column's type as Arrow writes it. Types that the panel does not show are null.
Cell cell_at(std::string_view format, const ArrowArray &column, std::size_t row);

/// A cell as text: "" for null.
std::string text_of(std::string_view format, const Cell &cell);

/// The type as people call it, such as "int64".
std::string type_name(std::string_view format);

struct ColumnStatistics {
    std::string name, format;
    std::uint64_t count = 0, nulls = 0;
    /// Of numbers only.
    double sum = 0;
    std::uint64_t numbers = 0;

    void take(const Cell &cell);
    std::string min() const { return least_text ? *least_text : text_of(format, least); }
    std::string max() const { return most_text ? *most_text : text_of(format, most); }

  private:
    void take_text(std::string_view text);
    void take_number(const Cell &cell);
    /// Null until there was a number.
    Cell least, most;
    std::optional<std::string> least_text, most_text;
};

struct Statistics {
    std::uint64_t rows = 0;
    std::vector<ColumnStatistics> columns;
};

/// Reads a stream to its end: one batch in memory at a time.
Statistics statistics_of(octo::Rows rows);

/// The header and the rows of a stream as text.
std::vector<std::vector<std::string>> texts_of(octo::Rows rows);

#endif
