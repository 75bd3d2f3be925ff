#include "modules/snmp/mib.h"

#include <algorithm>

namespace arrouter::snmp {

namespace {

const Instance scalar_instance{0};

Instance instance_of(const Oid& name, const Oid& object) {
  return {name.begin() + static_cast<std::ptrdiff_t>(object.size()), name.end()};
}

}  // namespace

void Mib::scalar(std::string_view object, std::function<Value()> read, Write write) {
  add(oid(object), {nullptr, [read = std::move(read)](const Instance&) { return read(); }, std::move(write)});
}

void Mib::seal() { std::ranges::sort(objects_, {}, &Row::name); }

void Mib::refresh(Rows& rows) {
  if (std::ranges::find(fresh_, &rows) != fresh_.end()) return;
  rows.refresh(clock_.now());
  fresh_.push_back(&rows);
}

const Mib::Row* Mib::find(const Oid& name) const {
  const auto behind = std::ranges::upper_bound(objects_, name, {}, &Row::name);
  if (behind == objects_.begin()) return nullptr;
  const Row& row = *std::prev(behind);
  return starts_with(name, row.name) ? &row : nullptr;
}

bool Mib::exists(const Row& row, const Instance& instance) {
  if (!row.object.rows) return instance == scalar_instance;
  refresh(*row.object.rows);
  return row.object.rows->contains(instance);
}

Value Mib::get(const Oid& name) {
  const Row* const row = find(name);
  if (row == nullptr) return Value::none(Type::no_such_object);
  const Instance instance = instance_of(name, row->name);
  return exists(*row, instance) ? row->object.read(instance) : Value::none(Type::no_such_instance);
}

Binding Mib::next(const Oid& name) {
  Instance behind;
  auto row = std::ranges::upper_bound(objects_, name, {}, &Row::name);
  if (const Row* const inside = find(name)) {
    row = objects_.begin() + (inside - objects_.data());
    behind = instance_of(name, row->name);
  }
  for (; row != objects_.end(); ++row, behind.clear()) {
    const Instance* found = nullptr;
    if (!row->object.rows) {
      found = behind < scalar_instance ? &scalar_instance : nullptr;
    } else {
      refresh(*row->object.rows);
      found = row->object.rows->after(behind);
    }
    if (found != nullptr) return {row->name + *found, row->object.read(*found)};
  }
  return {name, Value::none(Type::end_of_view)};
}

ErrorStatus Mib::set(const Binding& binding, bool really) {
  const Row* const row = find(binding.name);
  if (row == nullptr) return ErrorStatus::no_creation;
  const Instance instance = instance_of(binding.name, row->name);
  if (!exists(*row, instance)) return ErrorStatus::no_creation;
  if (!row->object.write) return ErrorStatus::not_writable;
  return row->object.write(instance, binding.value, really);
}

}  // namespace arrouter::snmp
