// The tree of managed objects: one row for each, sorted, so that an instance and the one after it are found by halving.
//
// An object is a scalar or a column of a table. A table's rows are gathered when a request first needs them and kept as
// long as the table says; what the columns tell of a row is told from that copy.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "modules/snmp/message.h"
#include "os/base/time.h"

namespace arrouter::snmp {

/// What follows the object's own identifier; {0} for a scalar.
using Instance = Oid;

/// The rows that exist, as far as the tree must know.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual void refresh(Instant now) = 0;
  virtual bool contains(const Instance& index) const = 0;
  /// The first row behind `index`; nullptr at the end.
  virtual const Instance* after(const Instance& index) const = 0;
};

template <class Row>
class Table final : public Rows {
 public:
  using Content = std::map<Instance, Row>;
  /// `life`: how long the gathered rows may serve; zero for one moment.
  Table(std::function<Content()> gather, Duration life) : gather_(std::move(gather)), life_(life) {}

  void refresh(Instant now) override {
    if (gathered_ && now - *gathered_ <= life_ && life_ > Duration::zero()) return;
    content_ = gather_();
    gathered_ = now;
  }
  bool contains(const Instance& index) const override { return content_.contains(index); }
  const Instance* after(const Instance& index) const override {
    const auto next = content_.upper_bound(index);
    return next == content_.end() ? nullptr : &next->first;
  }
  const Row& row(const Instance& index) const { return content_.at(index); }

 private:
  std::function<Content()> gather_;
  Duration life_;
  std::optional<Instant> gathered_;
  Content content_;
};

class Mib {
 public:
  using Read = std::function<Value(const Instance&)>;
  /// Checks a new value and, when `really`, takes it over.
  using Write = std::function<ErrorStatus(const Instance&, const Value&, bool really)>;

  explicit Mib(const Clock& clock) : clock_(clock) {}

  void scalar(std::string_view object, std::function<Value()> read, Write write = {});
  template <class Row>
  void column(const std::shared_ptr<Table<Row>>& table, std::string_view entry, std::uint32_t number,
              std::function<Value(const Row&)> read, Write write = {}) {
    add(oid(entry) + Oid{number},
        {table, [table = table.get(), read](const Instance& index) { return read(table->row(index)); },
         std::move(write)});
  }
  /// Ends the making: sorts.
  void seal();

  /// Before each request: rows that are too old are gathered again when they are needed.
  void begin() { fresh_.clear(); }
  /// The value, or why there is none.
  Value get(const Oid& name);
  /// The first instance behind `name`; end_of_view with the same name when there is none.
  Binding next(const Oid& name);
  ErrorStatus set(const Binding& binding, bool really);

 private:
  struct Object {
    std::shared_ptr<Rows> rows;  // none: a scalar
    Read read;
    Write write;
  };
  struct Row {
    Oid name;
    Object object;
  };
  void add(Oid name, Object object) { objects_.push_back({std::move(name), std::move(object)}); }
  /// The object that `name` is an instance of, if any.
  const Row* find(const Oid& name) const;
  bool exists(const Row& row, const Instance& instance);
  void refresh(Rows& rows);

  const Clock& clock_;
  std::vector<Row> objects_;
  std::vector<const Rows*> fresh_;  // gathered for this request
};

}  // namespace arrouter::snmp
