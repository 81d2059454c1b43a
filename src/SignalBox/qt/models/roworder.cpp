// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/roworder_p.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

namespace SignalBox::detail {

namespace {

using Kind = SortKey::Kind;

Kind kindOf(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
        return Kind::Nothing;
    case QMetaType::Float:
    case QMetaType::Double:
        return std::isnan(value.toDouble()) ? Kind::Unequal : Kind::Number;
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::UChar:
        return Kind::Number;
    case QMetaType::QString:
        return Kind::Text;
    default:
        return Kind::Other;
    }
}

template <class T>
int compareValues(const T &a, const T &b)
{
    return a < b ? -1 : b < a ? 1 : 0;
}

bool isFloating(const QVariant &value)
{
    return value.typeId() == QMetaType::Double || value.typeId() == QMetaType::Float;
}

bool isBig(const QVariant &value)
{
    return value.toULongLong() > static_cast<qulonglong>(std::numeric_limits<qlonglong>::max())
            && (value.typeId() == QMetaType::ULongLong || value.typeId() == QMetaType::ULong);
}

// Of equal doubles, one of which at least says all of its number where there is no value.
int compareNumbers(const SortKey &a, const SortKey &b)
{
    if (!a.value || !b.value)
        return 0;
    if (isBig(*a.value) || isBig(*b.value)) {
        return isBig(*a.value) && isBig(*b.value) ? compareValues(a.value->toULongLong(), b.value->toULongLong())
                : isBig(*a.value)                 ? 1
                                                  : -1;
    }
    return compareValues(a.value->toLongLong(), b.value->toLongLong());
}

int compareOthers(const QVariant &a, const QVariant &b)
{
    if (a.typeId() != b.typeId())
        return compareValues(a.typeId(), b.typeId());
    const QPartialOrdering order = QVariant::compare(a, b);
    return order == QPartialOrdering::Less ? -1 : order == QPartialOrdering::Greater ? 1 : 0;
}

template <class T>
const T &valueOf(const QVariant &variant)
{
    return *static_cast<const T *>(variant.constData());
}

} // namespace

SortKey::SortKey(QVariant &&itsValue) : kind(kindOf(itsValue))
{
    if (kind == Kind::Number)
        number = itsValue.toDouble();
    const bool isExact =
            kind == Kind::Number && (isFloating(itsValue) || std::abs(number) < 1e15); // any such integer is a double
    if (kind == Kind::Text || kind == Kind::Other || (kind == Kind::Number && !isExact))
        value = std::make_unique<const QVariant>(std::move(itsValue));
}

int RowOrder::compare(const SortKey &a, const SortKey &b) noexcept
{
    if (a.kind != b.kind)
        return compareValues(a.kind, b.kind);
    try {
        switch (a.kind) {
        case Kind::Nothing:
        case Kind::Unequal:
            return 0;
        case Kind::Number:
            return a.number != b.number ? compareValues(a.number, b.number) : compareNumbers(a, b);
        case Kind::Text:
            return valueOf<QString>(*a.value).compare(valueOf<QString>(*b.value));
        case Kind::Other:
            return compareOthers(*a.value, *b.value);
        }
    } catch (...) {
        // A comparison of the program: what it cannot compare is equal.
    }
    return 0;
}

bool RowOrder::isLess(const ModelRow *a, const ModelRow *b) const noexcept
{
    if (by == By::SortKey) {
        const int order = compare(a->sortKey, b->sortKey);
        if (order != 0)
            return direction == Qt::AscendingOrder ? order < 0 : order > 0;
    }
    return a->arrival < b->arrival;
}

// Of rows whose keys are nothing but numbers: these are taken out of the rows, which lie all over the memory.
void RowOrder::sortByNumbers(std::vector<ModelRow *> &rows) const
{
    struct Numbered
    {
        double number;
        std::uint64_t arrival;
        ModelRow *row;
    };
    const double sign = direction == Qt::AscendingOrder ? 1 : -1;
    std::vector<Numbered> numbered;
    numbered.reserve(rows.size());
    for (ModelRow *row : rows)
        numbered.push_back({sign * row->sortKey.number, row->arrival, row});
    std::sort(numbered.begin(), numbered.end(), [](const Numbered &a, const Numbered &b) {
        return a.number != b.number ? a.number < b.number : a.arrival < b.arrival;
    });
    std::transform(numbered.begin(), numbered.end(), rows.begin(), [](const Numbered &each) { return each.row; });
}

// By merging, not by std::sort(): that leaves its range where a comparison contradicts itself.
void RowOrder::sort(std::vector<ModelRow *> &rows) const
{
    const auto less = [this](const ModelRow *a, const ModelRow *b) { return isLess(a, b); };
    if (std::is_sorted(rows.begin(), rows.end(), less)) // as most are that have just come
        return;
    const auto isNumber = [](const ModelRow *row) { return row->sortKey.kind == Kind::Number && !row->sortKey.value; };
    if (by == By::SortKey && std::all_of(rows.begin(), rows.end(), isNumber)) {
        sortByNumbers(rows);
        return;
    }
    const std::size_t count = rows.size();
    std::vector<ModelRow *> other(count);
    for (std::size_t width = 1; width < count; width *= 2) {
        for (std::size_t first = 0; first < count; first += 2 * width) {
            const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
            const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(std::min(first + width, count));
            const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(first + 2 * width, count));
            const auto target = other.begin() + static_cast<std::ptrdiff_t>(first);
            if (middle == end || !less(*middle, *(middle - 1)))
                std::copy(begin, end, target);
            else
                std::merge(begin, middle, middle, end, target, less);
        }
        rows.swap(other);
    }
}

// Behind how many of the sorted rows each of some few comes. They are searched for together, so that they wait for memory together: the sorted rows
// lie all over it, and few of them are known to the processor.
void RowOrder::findPlaces(std::span<ModelRow *const> sorted, std::span<ModelRow *const> rows,
                          std::span<std::size_t> places) const noexcept
{
    std::fill(places.begin(), places.end(), 0);
    for (std::size_t count = sorted.size(); count > 0;) {
        const std::size_t half = (count + 1) / 2;
        for (std::size_t i = 0; i < rows.size(); ++i)
            sorted[places[i] + half - 1]->prefetchOrder();
        for (std::size_t i = 0; i < rows.size(); ++i)
            places[i] += isLess(rows[i], sorted[places[i] + half - 1]) ? 0 : half;
        count -= half;
    }
}

std::vector<ModelRow *> RowOrder::merged(std::span<ModelRow *const> a, const std::vector<ModelRow *> &b) const
{
    std::vector<ModelRow *> result;
    result.reserve(a.size() + b.size());
    const auto less = [this](const ModelRow *x, const ModelRow *y) { return isLess(x, y); };
    if (b.size() > a.size() / 16) {
        std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result), less);
        return result;
    }
    std::array<std::size_t, 32> places;
    std::size_t done = 0; // of a
    for (std::size_t first = 0; first < b.size(); first += places.size()) {
        const std::span some = std::span(b).subspan(first, std::min(places.size(), b.size() - first));
        const std::span<ModelRow *const> rest = a.subspan(done);
        findPlaces(rest, some, std::span(places).first(some.size()));
        std::size_t before = 0;
        for (std::size_t i = 0; i < some.size(); ++i) {
            const std::size_t place = std::max(before, places[i]); // less: a comparison that is no order
            result.insert(result.end(), rest.begin() + static_cast<std::ptrdiff_t>(before),
                          rest.begin() + static_cast<std::ptrdiff_t>(place));
            result.push_back(some[i]);
            before = place;
        }
        done += before;
    }
    result.insert(result.end(), a.begin() + static_cast<std::ptrdiff_t>(done), a.end());
    return result;
}

} // namespace SignalBox::detail
