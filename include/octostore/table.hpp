// Rows in memory. Part of octostore.hpp.
#ifndef OCTOSTORE_TABLE_HPP
#define OCTOSTORE_TABLE_HPP

#include <octostore/rows.hpp>

namespace octo {

/// Rows in memory. Any thread may use it.
template <class Policy>
class BasicTable : public detail::Handle<octo_table, octo_table_free> {
  public:
    template <class T>
    using Of = typename Policy::template Of<T>;
    using Handle::Handle;

    /// Takes the rows of a stream into memory. The buffers stay where the stream's maker wrote them.
    template <class P>
    static Of<BasicTable> create(BasicRows<P> rows) {
        BasicTable table;
        return detail::run<Policy>([&](octo_error **err) { return octo_table_import(rows.get(), table.out(), err); },
                                   [&] { return std::move(table); });
    }

    /// How many rows the table has.
    std::uint64_t rows() const noexcept { return octo_table_rows(get()); }

    /// How many columns the table has.
    std::size_t columns() const noexcept { return octo_table_columns(get()); }

    /// Gives the rows of the table as a stream that shares its buffers. It may outlive the table.
    Of<BasicRows<Policy>> stream() const {
        BasicRows<Policy> rows;
        return detail::run<Policy>([&](octo_error **err) { return octo_table_export(get(), rows.out(), err); },
                                   [&] { return std::move(rows); });
    }
};

}  // namespace octo

#endif
