// SPDX-License-Identifier: Apache-2.0

// Starts a broker in this process, sends records through it with franz-go, reads them back, and stops it.
//
//	go run . [PORT]
//
// PORT 0, the default, takes a free one. Package tansu says what the compiler has to know.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"example.com/embedded/tansu"
)

const (
	topic      = "greetings"
	partitions = 3
	records    = 1000
	patience   = 30 * time.Second
)

// journal notes the callbacks. They come on another thread than the one that reads it.
type journal struct {
	mutex sync.Mutex
	lines []string
}

func (j *journal) note(name string) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.lines = append(j.lines, name)
}

func (j *journal) print() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	counts := map[string]int{}
	for _, name := range j.lines {
		counts[name]++
	}
	fmt.Println("callbacks:", strings.Join(j.lines, ", "))
	fmt.Printf("counts: started %d, error %d, fatal %d, stopped %d, release %d\n",
		counts["started"], counts["error"], counts["fatal"], counts["stopped"], counts["release"])
}

func main() {
	port := "0"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	if err := run(port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(port string) (err error) {
	var seen journal
	broker, err := tansu.New(
		map[string]string{"storage.url": "memory://", "listener.port": port},
		tansu.Events{
			Started:  func(int) { seen.note("started") },
			Stopped:  func() { seen.note("stopped") },
			Error:    func(error) { seen.note("error") },
			Fatal:    func(error) { seen.note("fatal") },
			Released: func() { seen.note("release") },
		})
	if err != nil {
		return err
	}
	defer broker.Free()

	bound, err := broker.Start(patience)
	if err == nil {
		fmt.Println("clients connect to localhost:" + strconv.Itoa(bound))
		err = exchange("localhost:" + strconv.Itoa(bound))
	}
	// A broker that failed is stopped already; to stop it again does no harm.
	broker.Stop()
	if gone := broker.Wait(patience); err == nil {
		err = gone
	}
	seen.print()
	return err
}

// exchange creates a topic, produces, consumes, and compares.
func exchange(seed string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(seed), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(ctx, partitions, 1, nil, topic); err != nil {
		return err
	}

	sent := map[string]string{}
	var batch []*kgo.Record
	for i := range records {
		key, value := fmt.Sprint("key-", i), fmt.Sprint("value-", i)
		sent[key] = value
		batch = append(batch, kgo.KeyStringRecord(key, value))
	}
	if err := client.ProduceSync(ctx, batch...).FirstErr(); err != nil {
		return err
	}

	received := 0
	for received < records {
		fetches := client.PollFetches(ctx)
		for _, problem := range fetches.Errors() {
			return problem.Err
		}
		for _, record := range fetches.Records() {
			key := string(record.Key)
			if want, there := sent[key]; !there || want != string(record.Value) {
				return fmt.Errorf("%s came back as %q, or twice", key, record.Value)
			}
			delete(sent, key)
			received++
		}
	}
	if len(sent) > 0 {
		return errors.New("records are missing")
	}
	fmt.Printf("produced %d, consumed %d, all equal\n", records, received)
	return nil
}
