#include "shapes.h"
#include "_cgo_export.h"

#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

namespace {

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
};

template <int Sides> struct Polygon : Shape {
    explicit Polygon(double size) : size(size) {}
    double area() const override { return size * size * Sides / 4; }
    double size;
};

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::unique_ptr<Shape> make(int kind, double size) {
    switch (kind) {
    case 0: return std::make_unique<Polygon<3>>(size);
    case 1: return std::make_unique<Polygon<4>>(size);
    case 2: return std::make_unique<Polygon<6>>(size);
    }
    throw Failure("no shape " + std::to_string(kind));
}

std::map<std::string, int> early = {{"one", 1}, {"two", 2}, {"three", 3}};
thread_local int thrown = 0;

void fail(int kind) {
    thrown++;
    if (kind == 0) throw 42;
    if (kind == 1) throw std::string("text");
    if (kind == 2) throw std::out_of_range("range");
    throw Failure("failure");
}

} // namespace

double area(int kind, double size) {
    try {
        return make(kind, size)->area();
    } catch (const Failure &) {
        return -1;
    }
}

int catch_one(int kind) {
    try {
        fail(kind);
    } catch (int value) {
        return value + thrown * 0;
    } catch (const std::string &text) {
        return (int)text.size();
    } catch (const Failure &failure) {
        return std::strlen(failure.what()) + (dynamic_cast<const std::runtime_error *>(&failure) ? 100 : 0);
    } catch (const std::exception &other) {
        return -(int)std::strlen(other.what());
    }
    return 0;
}

int recurse(int depth) {
    struct Counted {
        int &left;
        ~Counted() { left--; }
    };
    int left = 1;
    try {
        Counted counted{left};
        int result = goThrows(depth);
        if (depth % 2) throw result;
        return result;
    } catch (int result) {
        return result + left * 1000;
    }
}

char *join(int count) {
    std::vector<std::string> words(count, "word");
    std::string all;
    for (auto &word : words) all += word + "-";
    return strdup(all.c_str());
}

int made_early() { return (int)early.size(); }
