// hnswlib as a process: builds an index from the file that HnswlibIndex.java writes, then answers commands, one line each,
// with one line of JSON. One thread.
//
//   search K EF FILTER NS SEED   searches with random queries for NS      {"ns": [each search]}
//   churn K EF NS SEED           the same; for each second of search      {"ns": [...], "totalNs": n}
//                                1 % of the rows is rewritten
//   found K EF FILTER            the rows found for each query            {"found": [[...], ...]}
//
// This version has no filter function: rows that may not pass are marked deleted, which the search walks through and does
// not return. Marking is not timed.
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <hnswlib/hnswlib.h>

namespace {

constexpr int CONNECTIONS = 16;
constexpr int BEAM = 200;

using Clock = std::chrono::steady_clock;

int64_t nanosSince(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

template <typename T>
std::vector<T> read(std::ifstream &in, size_t count) {
    std::vector<T> values(count);
    in.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
    if (!in) {
        std::cerr << "the file ends too early" << std::endl;
        std::exit(1);
    }
    return values;
}

int64_t residentBytes() {
    std::ifstream in("/proc/self/statm");
    int64_t pages = 0;
    in >> pages >> pages;
    return pages * 4096;
}

const char *vectorUnit() {
#if defined(USE_AVX512)
    return AVX512Capable() ? "AVX-512" : "AVX";
#elif defined(USE_AVX)
    return "AVX";
#elif defined(USE_SSE)
    return "SSE";
#else
    return "none";
#endif
}

class Driver {
public:
    explicit Driver(std::ifstream &in) {
        const auto sizes = read<int32_t>(in, 5);
        rows = sizes[0];
        dims = sizes[1];
        queryCount = sizes[2];
        filterCount = sizes[3];
        changeCount = sizes[4];
        vectors = read<float>(in, rows * dims);
        queries = read<float>(in, queryCount * dims);
        filters = read<char>(in, filterCount * rows);
        changedRows = read<int32_t>(in, changeCount);
        changedVectors = read<float>(in, changeCount * dims);
        deleted.assign(rows, false);
    }

    void build() {
        const int64_t before = residentBytes();
        const auto start = Clock::now();
        space = new hnswlib::InnerProductSpace(dims);
        index = new hnswlib::HierarchicalNSW<float>(space, rows, CONNECTIONS, BEAM);
        for (size_t row = 0; row < rows; row++) {
            index->addPoint(&vectors[row * dims], row);
        }
        std::cout << "{\"buildSeconds\":" << static_cast<double>(nanosSince(start)) / 1e9
                  << ",\"bytes\":" << residentBytes() - before << ",\"vectorUnit\":\"" << vectorUnit() << "\"}"
                  << std::endl;
    }

    void search(size_t k, size_t ef, size_t filter, int64_t ns, uint64_t seed, bool isChurning) {
        allow(filter);
        index->setEf(ef);
        std::minstd_rand random(static_cast<uint32_t>(seed));
        std::vector<int64_t> took;
        int64_t searching = 0;
        double due = 0;
        const auto start = Clock::now();
        do {
            const auto before = Clock::now();
            kept += once(random() % queryCount, k).size();
            took.push_back(nanosSince(before));
            searching += took.back();
            if (isChurning) {
                for (due += static_cast<double>(took.back() * static_cast<int64_t>(rows)) * 0.01 / 1e9; due >= 1; due--) {
                    const size_t next = changes++ % changeCount;
                    index->addPoint(&changedVectors[next * dims], changedRows[next]);
                }
            }
        } while (searching < ns);
        const int64_t total = nanosSince(start);
        std::cout << "{\"ns\":[";
        for (size_t i = 0; i < took.size(); i++) {
            std::cout << (i == 0 ? "" : ",") << took[i];
        }
        std::cout << "],\"totalNs\":" << total << ",\"changes\":" << changes << "}" << std::endl;
    }

    void found(size_t k, size_t ef, size_t filter) {
        allow(filter);
        index->setEf(ef);
        std::cout << "{\"found\":[";
        for (size_t query = 0; query < queryCount; query++) {
            std::cout << (query == 0 ? "[" : ",[");
            const auto rowsFound = once(query, k);
            for (size_t i = 0; i < rowsFound.size(); i++) {
                std::cout << (i == 0 ? "" : ",") << rowsFound[i];
            }
            std::cout << "]";
        }
        std::cout << "]}" << std::endl;
    }

private:
    std::vector<size_t> once(size_t query, size_t k) {
        auto best = index->searchKnn(&queries[query * dims], k);
        std::vector<size_t> result(best.size());
        for (size_t i = result.size(); i > 0; i--) {
            result[i - 1] = best.top().second;
            best.pop();
        }
        return result;
    }

    void allow(size_t filter) {
        for (size_t row = 0; row < rows; row++) {
            const bool mayPass = filters[filter * rows + row] != 0;
            if (mayPass && deleted[row]) {
                index->unmarkDelete(row);
            } else if (!mayPass && !deleted[row]) {
                index->markDelete(row);
            }
            deleted[row] = !mayPass;
        }
    }

    size_t rows = 0, dims = 0, queryCount = 0, filterCount = 0, changeCount = 0, changes = 0;
    volatile size_t kept = 0;
    std::vector<float> vectors, queries, changedVectors;
    std::vector<char> filters;
    std::vector<int32_t> changedRows;
    std::vector<bool> deleted;
    hnswlib::InnerProductSpace *space = nullptr;
    hnswlib::HierarchicalNSW<float> *index = nullptr;
};

}  // namespace

int main(int argumentCount, char **arguments) {
    if (argumentCount != 2) {
        std::cerr << "usage: hnswlib_driver FILE" << std::endl;
        return 2;
    }
    std::ifstream in(arguments[1], std::ios::binary);
    Driver driver(in);
    driver.build();
    std::string command;
    while (std::cin >> command) {
        size_t k = 0, ef = 0, filter = 0;
        int64_t ns = 0;
        uint64_t seed = 0;
        std::cin >> k >> ef;
        if (command == "found") {
            std::cin >> filter;
            driver.found(k, ef, filter);
        } else if (command == "search") {
            std::cin >> filter >> ns >> seed;
            driver.search(k, ef, filter, ns, seed, false);
        } else if (command == "churn") {
            std::cin >> ns >> seed;
            driver.search(k, ef, 0, ns, seed, true);
        } else {
            std::cerr << "unknown command " << command << std::endl;
            return 2;
        }
    }
    return 0;
}
