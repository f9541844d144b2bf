// What long calls give, and how C hands it out. Part of octostore.hpp.
#ifndef OCTOSTORE_OUTCOME_HPP
#define OCTOSTORE_OUTCOME_HPP

#include <octostore/documents.hpp>
#include <octostore/lists.hpp>
#include <octostore/reports.hpp>
#include <octostore/rows.hpp>

#include <tuple>

namespace octo {

namespace detail {

/// What a long call gives: where C writes it, how C takes it from a task, and what becomes of it.
template <class T>
struct Outcome;

template <class T, octo_status (*Take)(const octo_task *, decltype(T().out()), octo_error **)>
struct HandleOutcome {
    T given;
    auto outs() { return std::tuple(given.out()); }
    T value() { return std::move(given); }
    static constexpr auto take = Take;
};

template <>
struct Outcome<AddReport> : HandleOutcome<AddReport, octo_task_take_add_report> {};
template <>
struct Outcome<StatusList> : HandleOutcome<StatusList, octo_task_take_status_list> {};
template <>
struct Outcome<FsckReport> : HandleOutcome<FsckReport, octo_task_take_fsck_report> {};
template <>
struct Outcome<Document> : HandleOutcome<Document, octo_task_take_document> {};
template <class Policy>
struct Outcome<BasicRows<Policy>> : HandleOutcome<BasicRows<Policy>, octo_task_take_rows> {};

template <>
struct Outcome<PushReport> {
    octo_push_report raw = OCTO_PUSH_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    PushReport value() const { return {raw.files, raw.packs, raw.uploaded_bytes, raw.reused_bytes}; }
    static constexpr auto take = octo_task_take_push_report;
};

template <>
struct Outcome<PullReport> {
    octo_pull_report raw = OCTO_PULL_REPORT_INIT;
    Strings kept;
    auto outs() { return std::tuple(&raw, kept.out()); }
    PullReport value() { return {raw.files, raw.bytes, raw.downloaded_bytes, std::move(kept)}; }
    static constexpr auto take = octo_task_take_pull_report;
};

template <>
struct Outcome<DropReport> {
    octo_drop_report raw = OCTO_DROP_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    DropReport value() const { return {raw.files, raw.freed_bytes}; }
    static constexpr auto take = octo_task_take_drop_report;
};

template <>
struct Outcome<CopyReport> {
    octo_copy_report raw = OCTO_COPY_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    CopyReport value() const { return {raw.packs, raw.bytes}; }
    static constexpr auto take = octo_task_take_copy_report;
};

template <>
struct Outcome<WriteReport> {
    octo_write_report raw = OCTO_WRITE_REPORT_INIT;
    auto outs() { return std::tuple(&raw); }
    WriteReport value() const { return {raw.rows, raw.bytes}; }
    static constexpr auto take = octo_task_take_write_report;
};

template <>
struct Outcome<std::optional<StoreInfo>> {
    Handle<octo_store_info, octo_store_info_free> info;
    auto outs() { return std::tuple(info.out()); }
    std::optional<StoreInfo> value() const {
        if (!info) return std::nullopt;
        StoreInfo store;
        store.url = text(octo_store_info_url(info.get()));
        store.local_only = octo_store_info_local_only(info.get());
        store.accepted = octo_store_info_accepted(info.get());
        const std::uint32_t conditional = octo_store_info_conditional_writes(info.get());
        if (conditional != OCTO_UNKNOWN) store.conditional_writes = conditional == OCTO_YES;
        return store;
    }
    static constexpr auto take = octo_task_take_store_info;
};

template <>
struct Outcome<StoreInfo> : Outcome<std::optional<StoreInfo>> {
    StoreInfo value() const { return Outcome<std::optional<StoreInfo>>::value().value_or(StoreInfo()); }
};

}  // namespace detail

}  // namespace octo

#endif
