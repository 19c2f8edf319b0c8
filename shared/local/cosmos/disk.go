package cosmos

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// disk keeps the account in one bbolt file: a bucket of database properties, a bucket of container
// properties and one bucket of documents for each container. Without a folder it keeps nothing.
//
// Every change is one transaction, so a process that is killed at any moment leaves the state before or
// after it. Transactions are not forced to the disk (a lead would wait for several such writes): what
// the kernel holds survives the process, not a power cut.
type disk struct{ db *bbolt.DB }

const (
	bucketDatabases  = "databases"
	bucketContainers = "containers"
)

// documentBucket cannot collide with the other two: an id holds no slash.
func documentBucket(database, container string) string { return database + "/" + container }

func openDisk(dir string) (*disk, error) {
	if dir == "" {
		return &disk{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "cosmos.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:        time.Second,
		NoSync:         true,
		NoGrowSync:     true,
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &disk{db}, nil
}

func (k *disk) close() error {
	if k.db == nil {
		return nil
	}
	return errors.Join(k.db.Sync(), k.db.Close())
}

func (k *disk) update(change func(tx *bbolt.Tx) error) error {
	if k.db == nil {
		return nil
	}
	if err := k.db.Update(change); err != nil {
		return fmt.Errorf("write to %s: %w", k.db.Path(), err)
	}
	return nil
}

func putProperties(tx *bbolt.Tx, bucket, name string, properties any) error {
	b, err := tx.CreateBucketIfNotExists([]byte(bucket))
	if err != nil {
		return err
	}
	raw, err := encode(properties)
	if err != nil {
		return err
	}
	return b.Put([]byte(name), raw)
}

func (k *disk) putDatabase(d *database) error {
	return k.update(func(tx *bbolt.Tx) error { return putProperties(tx, bucketDatabases, d.id, d.properties) })
}

func (k *disk) deleteDatabase(d *database) error {
	return k.update(func(tx *bbolt.Tx) error {
		for id := range d.containers {
			if err := dropContainer(tx, d.id, id); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(bucketDatabases)).Delete([]byte(d.id))
	})
}

func (k *disk) putContainer(c *container) error {
	return k.update(func(tx *bbolt.Tx) error {
		name := documentBucket(c.database, c.properties.ID)
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
		return putProperties(tx, bucketContainers, name, c.properties)
	})
}

func (k *disk) deleteContainer(database, id string) error {
	return k.update(func(tx *bbolt.Tx) error { return dropContainer(tx, database, id) })
}

func dropContainer(tx *bbolt.Tx, database, id string) error {
	name := []byte(documentBucket(database, id))
	if err := tx.DeleteBucket(name); err != nil {
		return err
	}
	return tx.Bucket([]byte(bucketContainers)).Delete(name)
}

// write stores one document (nil: none) and removes others, all or nothing. The bucket's sequence
// remembers the newest sequence number, so that none is used twice after a restart.
func (k *disk) write(c *container, put *document, gone []*document) error {
	return k.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(documentBucket(c.database, c.properties.ID)))
		for _, d := range gone {
			if err := b.Delete(sequenceKey(d.seq)); err != nil {
				return err
			}
		}
		if put == nil {
			return nil
		}
		if put.seq > b.Sequence() {
			if err := b.SetSequence(put.seq); err != nil {
				return err
			}
		}
		return b.Put(sequenceKey(put.seq), put.raw)
	})
}

func sequenceKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// load fills the server with what the disk holds.
func (s *Server) load() error {
	if s.disk.db == nil {
		return nil
	}
	return s.disk.db.View(func(tx *bbolt.Tx) error {
		err := forEach(tx.Bucket([]byte(bucketDatabases)), func(id, raw []byte) error {
			d := &database{id: string(id), containers: map[string]*container{}}
			s.databases[d.id] = d
			return json.Unmarshal(raw, &d.properties)
		})
		if err != nil {
			return err
		}
		return forEach(tx.Bucket([]byte(bucketContainers)), func(name, raw []byte) error {
			databaseID, id, _ := strings.Cut(string(name), "/")
			d := s.databases[databaseID]
			if d == nil {
				return fmt.Errorf("container %s has no database", name)
			}
			var properties containerProperties
			if err := json.Unmarshal(raw, &properties); err != nil {
				return fmt.Errorf("container %s: %w", name, err)
			}
			c, err := newContainer(databaseID, properties)
			if err != nil {
				return fmt.Errorf("container %s: %w", name, err)
			}
			d.containers[id] = c
			documents := tx.Bucket(name)
			if documents == nil {
				return fmt.Errorf("container %s has no documents", name)
			}
			c.lastSeq = documents.Sequence()
			return forEach(documents, func(seq, raw []byte) error {
				if err := c.restore(binary.BigEndian.Uint64(seq), bytes.Clone(raw)); err != nil {
					return fmt.Errorf("container %s, document %x: %w", name, seq, err)
				}
				return nil
			})
		})
	})
}

func forEach(b *bbolt.Bucket, f func(k, v []byte) error) error {
	if b == nil {
		return nil
	}
	return b.ForEach(f)
}
